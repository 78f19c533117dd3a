// Removes what test-vm.bicep made, for pipelines that can only deploy templates. Deploy it to the same deployment stack
// with "--action-on-unmanage deleteResources": the template is empty, so the stack deletes its resources. Outside a
// stack, in mode Complete, it would empty the whole resource group: install/README.md.
targetScope = 'resourceGroup'
