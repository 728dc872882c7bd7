'use strict';
// A worker killed at every point of a credit memo's and a customer's way: one document each.

const { killMatrix } = require('./lib/kill_matrix');
const { NOTES } = require('./lib/kill_events');

killMatrix(NOTES);
