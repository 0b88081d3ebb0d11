/** From a JSON Schema to a form, from the form to parameters, from errors back to the form. */
import { describe, expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../../operations/registry.ts';
import { assignFieldErrors } from '../../../web/submit/field-errors.ts';
import { allowsOtherParams, buildFields, type Field } from '../../../web/submit/fields.ts';
import { type Entries, parseParams } from '../../../web/submit/params.ts';

const schemaOf = (name: string) => createRegistry(builtIn).find(name)?.info.params ?? {};
const shapeOf = (fields: readonly Field[], name: string) => fields.find((field) => field.name === name);

describe('fields', () => {
  test('have the type of their schema', () => {
    const transform = buildFields(schemaOf('image.transform'));
    expect(shapeOf(transform, 'width')).toMatchObject({
      kind: 'number',
      min: 1,
      max: 16_384,
      required: false,
    });
    expect(shapeOf(transform, 'fit')).toMatchObject({ kind: 'choice', fallback: 'inside' });
    expect(shapeOf(transform, 'rotate')).toMatchObject({ kind: 'number', min: -360, max: 360 });
    expect(shapeOf(transform, 'enlarge')).toMatchObject({ kind: 'flag', fallback: false });
    expect(shapeOf(transform, 'background')).toMatchObject({ kind: 'color' });
    const gallery = buildFields(schemaOf('image.gallery'));
    expect(shapeOf(gallery, 'caption')).toMatchObject({ kind: 'json', words: ['none', 'name', 'index'] });
    expect(shapeOf(gallery, 'attributes')).toMatchObject({ kind: 'lines' });
    expect(shapeOf(gallery, 'description')).toMatchObject({ kind: 'text', long: true });
    expect(shapeOf(buildFields(schemaOf('image.metadata')), 'include')).toMatchObject({ kind: 'choices' });
    expect(allowsOtherParams(schemaOf('image.transform'))).toBe(false);
    expect(allowsOtherParams(schemaOf('system.echo'))).toBe(true);
  });

  test('with any other schema are entered as JSON', () => {
    const fields = buildFields({
      properties: {
        a: { $ref: '#/$defs/x' },
        b: true,
        c: { type: ['string', 'null'] },
        d: { type: 'array' },
      },
      required: ['a', 7],
    });
    expect(fields.map(({ kind }) => kind)).toEqual(['json', 'json', 'json', 'json']);
    expect(fields.map(({ required }) => required)).toEqual([true, false, false, false]);
    expect(buildFields({})).toEqual([]);
  });
});

describe('parameters', () => {
  const entered = (operation: string, entries: Entries, more = '') =>
    parseParams(buildFields(schemaOf(operation)), entries, more);

  test('are the typed values of the form, without untouched fields', () => {
    const entries = {
      width: ' 800 ',
      fit: '"cover"',
      rotate: '90',
      enlarge: 'true',
      background: '',
      quality: '',
    };
    expect(entered('image.transform', entries)).toEqual({
      params: { width: 800, fit: 'cover', rotate: 90, enlarge: true },
      errors: [],
    });
    expect(entered('image.transform', { enlarge: 'false' }).params).toEqual({});
    expect(entered('image.metadata', { include: ['sharpness', 'phash', 'palette', 'exif'] }).params).toEqual(
      {},
    );
    expect(entered('image.metadata', { include: [] }).params).toEqual({ include: [] });
    const gallery = { caption: 'index', attributes: 'site\n\n place ' };
    expect(entered('image.gallery', gallery).params).toEqual({
      caption: 'index',
      attributes: ['site', 'place'],
    });
    expect(entered('image.gallery', { caption: '{"attribute":"site"}' }).params).toEqual({
      caption: { attribute: 'site' },
    });
  });

  test('that are not numbers are rejected by the server; invalid JSON is not sent', () => {
    expect(entered('image.transform', { width: 'wide' })).toEqual({ params: { width: 'wide' }, errors: [] });
    expect(entered('image.gallery', { caption: '{' }).errors).toMatchObject([{ pointer: '/params/caption' }]);
    expect(entered('system.echo', {}, '[1]').errors).toMatchObject([{ pointer: '/params' }]);
    const exact = /whole number from -9007199254740991/;
    for (const errors of [
      entered('image.transform', { width: '9007199254740993' }).errors,
      entered('system.echo', {}, '{"seed": 9007199254740993}').errors,
      entered('image.gallery', { caption: '{"attribute": 9007199254740993}' }).errors,
    ])
      expect(errors).toMatchObject([{ detail: expect.stringMatching(exact) }]);
    expect(entered('system.echo', {}, '{"__proto__": 1}').errors).toMatchObject([{ pointer: '/params' }]);
    expect(entered('test.echo', { steps: '3' }, '{"steps": 2, "own": null}').params).toEqual({
      steps: 3,
      own: null,
    });
  });
});

test('errors are assigned to the nearest field above them', () => {
  const at = assignFieldErrors(
    [
      { pointer: '/params/caption/attribute', detail: 'is required' },
      { pointer: '/params/width', detail: 'too small' },
      { pointer: '/params/width', detail: 'odd' },
      { pointer: '/params/widths', detail: 'unknown' },
      { pointer: '/assets/3/source/url', detail: 'not a URL' },
      { pointer: '/nowhere', detail: 'strange' },
    ],
    ['/params', '/params/caption', '/params/width', '/assets'],
  );
  expect(Object.fromEntries(at)).toEqual({
    '/params/caption': ['attribute: is required'],
    '/params/width': ['too small', 'odd'],
    '/params': ['widths: unknown'],
    '/assets': ['3/source/url: not a URL'],
    '': ['/nowhere: strange'],
  });
});
