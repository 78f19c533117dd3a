import t from 'tap';
import { groupOfCategory } from '../../src/azure/outbound-dependencies.ts';
import { resourceType, resourceTypeFor, whyUntestable } from '../../src/azure/resource-types.ts';
import { GROUPS } from '../../src/model/vocabulary.ts';
import { DEPENDENCIES_REPLY, ENTRIES } from './replies.ts';

t.test('every resource type of the examples is known', async (t) => {
  for (const each of ENTRIES) t.ok(resourceType(each.resourceType), each.resourceType);
  t.equal(resourceType('toString'), null);
  t.equal(resourceType('Novelty'), null);
});

t.test('each group has a resource type, which leads back to it', async (t) => {
  for (const group of GROUPS) t.equal(resourceType(resourceTypeFor(group))?.group, group);
});

t.test('every category of the example is known, however it is spelt', async (t) => {
  const categories = DEPENDENCIES_REPLY.value.map(({ category }) => category);
  t.same(
    categories.filter((category) => groupOfCategory(category.toUpperCase()) === null),
    ['Azure Novelty'],
  );
});

t.test('a part inside the service has the reason why no test can reach it', async (t) => {
  t.match(whyUntestable('LocalGatewayRedis'), /cache/);
  t.match(whyUntestable('Scm'), /give --apim NAME/);
  t.match(whyUntestable('constructor'), /not a host name/);
});
