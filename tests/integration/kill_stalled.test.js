'use strict';
// A worker that stalls beyond its lease while another does its work, and then goes on: it
// writes nothing more, and what it sends late makes no second document.

const { stallMatrix } = require('./lib/kill_matrix');
const { INVOICES, ITEMS, NOTES } = require('./lib/kill_events');

const NAMES = ['invoice.created, a new contact', 'invoice.paid before invoice.created', 'creditmemo.created of an invoice', 'product.upserted, a new stock item'];

stallMatrix([...INVOICES, ...NOTES, ...ITEMS].filter(({ name }) => NAMES.includes(name)));
