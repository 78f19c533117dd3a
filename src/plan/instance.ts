/** What is known of an instance by its cloud alone. */
export { instanceSuffix } from '../catalog/index.ts';
