'use strict';
// A worker killed at every point of an invoice's and a payment's way: one document each.

const { killMatrix } = require('./lib/kill_matrix');
const { INVOICES } = require('./lib/kill_events');

killMatrix(INVOICES);
