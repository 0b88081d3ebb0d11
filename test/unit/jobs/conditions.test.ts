/** Conditions on inputs: which expressions are accepted, and what they mean. */
import { describe, expect, test } from 'vitest';
import { type Condition, ConditionError, parseCondition } from '../../../src/jobs/conditions/condition.ts';
import type { InputFacts } from '../../../src/jobs/conditions/facts.ts';

const facts: InputFacts = {
  name: 'beach.jpg',
  size: 1_200_000,
  media_type: 'image/jpeg',
  width: 4000,
  height: 3000,
  orientation: 6,
  attributes: {
    rating: 4,
    price: 2.5,
    tags: ['sea', 'sun'],
    owner: { id: 7 },
    keep: true,
    constructor: 1,
    'a b': null,
  },
};

function parse(text: string): Condition {
  const condition = parseCondition(text);
  if ('fault' in condition) throw new Error(condition.fault);
  return condition;
}

const faultOf = (text: string): string | null => {
  const condition = parseCondition(text);
  return 'fault' in condition ? condition.fault : null;
};

test.each([
  ['width >= 1600', true],
  ['width > height && orientation == 6', true],
  ['media_type == "image/jpeg" || size > 5000000', true],
  ['media_type.startsWith("image/") && !name.endsWith(".png")', true],
  ['width * 3 == height * 4', true],
  ['double(width) / double(height) > 1.5', false],
  ['attributes.rating >= 4', true],
  ['attributes.rating == 4.0', true],
  ['attributes.price > 2', true],
  ['attributes.keep == true', true],
  ['attributes.constructor == 1', true],
  ['attributes["a b"] == null', true],
  ['attributes.owner.id in [6, 7]', true],
  ['"sun" in attributes.tags', true],
  ['attributes.tags.exists(tag, tag.startsWith("se"))', true],
  ['attributes.tags.all(tag, size(tag) == 3) && attributes.tags.size() == 2', true],
  ['has(attributes.year) && attributes.year > 2000', false],
  ['has(attributes.toString)', false],
  ['attributes.year > 2000 || width > 10', true],
  ['name.matches("^b.*[.]jpe?g$")', true],
  ['name.lowerAscii().contains("each") ? size > 1 : size > 2', true],
])('%s is %s', (text, met) => {
  expect(parse(text).isMet(facts)).toBe(met);
});

test.each([
  ['', 'Unexpected token: EOF'],
  ['width >', 'Unexpected token: EOF (character 8)'],
  ['weight > 3', 'Unknown variable: weight (character 1)'],
  ['width', 'it is of type int'],
  ['"yes"', 'it is of type string'],
  ['attributes.keep', 'compare it'],
  ['width > "3"', 'no such overload'],
  ['name.matches(attributes.pattern)', 'needs a pattern in quotes'],
  ['name.matches("(")', 'the pattern is invalid'],
  ['name.matches("((a{100}){10}){10}")', 'the pattern'],
  ['name.split("a").size() > 1', 'split() is not offered'],
  ['attributes.tags.map(t, t + t).size() > 1', 'map() is not offered'],
  ['cel.bind(a, name + name, a == "")', 'bind() is not offered'],
  ['timestamp("2024-01-01T00:00:00Z").getHours("Nowhere") == 1', 'getHours() is not offered'],
  ['attributes.tags.all(a, attributes.tags.all(b, a == b))', 'all() must not be inside'],
  [Array.from({ length: 200 }, () => 'size').join(' + '), 'Exceeded'],
  [`${'('.repeat(300)}true${')'.repeat(300)}`, ''],
])('rejects %s: %s', (text, part) => {
  expect(faultOf(text)).toContain(part);
  expect(faultOf(text)).not.toBeNull();
});

test.each([
  ['attributes.year > 2000', 'No such key: year'],
  ['attributes.rating > "3"', 'no such overload'],
  ['10 / (width - 4000) == 1', 'division by zero'],
  ['attributes.tags[7] == "x"', 'out of bounds'],
])('%s cannot be evaluated: %s', (text, part) => {
  const { isMet } = parse(text);
  expect(() => isMet(facts)).toThrow(ConditionError);
  expect(() => isMet(facts)).toThrow(part);
});

test('names the facts that it uses', () => {
  expect([...parse('attributes.tags.exists(t, t == name) && size > 1').uses].sort()).toEqual([
    'attributes',
    'name',
    'size',
  ]);
});

describe('the cost of an evaluation', () => {
  const long = {
    ...facts,
    attributes: { text: 'a'.repeat(8000), list: Array.from({ length: 4000 }, () => 1) },
  };

  test('patterns that take exponential time elsewhere take none here', () => {
    expect(parse('attributes.text.matches("^(a+)+$|^(a|a)*b$")').isMet(long)).toBe(true);
  });

  test('matches are limited', () => {
    const { isMet } = parse('attributes.list.exists(x, attributes.text.matches("(a|b|ab)*c"))');
    expect(() => isMet(long)).toThrow('takes too long');
    // The limit is that of one evaluation.
    expect(parse('name.matches("a")').isMet(facts)).toBe(true);
  });
});
