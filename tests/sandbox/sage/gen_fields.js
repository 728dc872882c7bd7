// Writes fields.c from Sage's published field tables:
//   node gen_fields.js PATH/TO/schemas.json > fields.c
// Run by hand when the tables change; the build uses the committed file only.
'use strict';
const fs = require('fs');

const ENTITIES = ['sales_invoices', 'sales_credit_notes', 'contacts', 'contact_payments',
	'contact_allocations', 'products', 'services', 'stock_items', 'stock_movements'];

const requests = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).requests;
const tables = new Map(); // text of a table -> its C name, so that equal tables are one
const out = [];

function kind(schema) {
	const types = [].concat(schema.type);

	if (schema['x-decimal'])
		return 'FIELD_DECIMAL';
	if (types.includes('string'))
		return schema.format === 'date' ? 'FIELD_DATE' : 'FIELD_STRING';
	return { boolean: 'FIELD_BOOL', integer: 'FIELD_INTEGER', object: 'FIELD_OBJECT',
		array: schema.items && schema.items.properties ? 'FIELD_OBJECTS' : 'FIELD_STRINGS' }[types[0]];
}

function row(name, schema, required, prefix) {
	const parts = [`.name = "${name}"`, `.kind = ${kind(schema)}`];
	const nested = schema.properties ? schema : schema.items && schema.items.properties ? schema.items : null;

	if (required)
		parts.push('.required = true');
	if (schema.maxLength)
		parts.push(`.max_length = ${schema.maxLength}`);
	if (schema.minimum !== undefined)
		parts.push(`.minimum = ${schema.minimum}`, `.maximum = ${schema.maximum}`);
	if (schema.enum)
		parts.push(`.choices = "|${schema.enum.join('|')}|"`);
	if (name === 'idempotency_id')
		parts.push('.hex32 = true');
	if (nested)
		parts.push(`.fields = ${table(nested, `${prefix}_${name}`)}`);
	return `\t{${parts.join(', ')}},`;
}

function table(schema, name) {
	const required = new Set(schema.required || []);
	const body = Object.entries(schema.properties)
		.map(([field, type]) => row(field, type, required.has(field), name)).join('\n');

	if (!tables.has(body)) {
		tables.set(body, name);
		out.push(`static const struct field ${name}[] = {\n${body}\n\t{0},\n};\n`);
	}
	return tables.get(body);
}

const roots = ENTITIES.map((entity) => {
	const [root, schema] = Object.entries(requests[`POST /${entity}`].properties)[0];

	return `\t{"${entity}", "${root}", ${table(schema, root)}},`;
});

console.log('/* Made by gen_fields.js from Sage\'s published field tables; edits are lost. */');
console.log('#include "sage/fields.h"\n\n#include <stddef.h>\n\n/* clang-format off */');
console.log(out.join('\n'));
console.log(`const struct entity entities[] = {\n${roots.join('\n')}\n\t{0},\n};`);
