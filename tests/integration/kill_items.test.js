'use strict';
// A worker killed at every point of a product's way: one item each, and stock moves once.

const { killMatrix } = require('./lib/kill_matrix');
const { ITEMS } = require('./lib/kill_events');

killMatrix(ITEMS);
