// Removes what test-vm.bicep made, where a pipeline knows only how to deploy templates: deployed to the same deployment
// stack with "--action-on-unmanage deleteResources" it says that the stack holds nothing any more, and the stack deletes
// what it held. Outside a stack, in mode Complete, it would empty the whole resource group: install/README.md.
targetScope = 'resourceGroup'
