/** Facts about an instance that follow from its cloud alone. */
export { instanceSuffix } from '../catalog/index.ts';
