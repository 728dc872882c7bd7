// The Sage sandbox judged by what is known of Sage: every rule that the product's
// tests lean on is struck here first. Needs a running sandbox, which it resets:
//   SAGE_SANDBOX_URL=http://127.0.0.1:8931 node --test tests/sandbox/sage/selftest.js
'use strict';
for (const part of ['oauth', 'reference', 'contacts', 'invoices', 'settlement', 'catalogue', 'faults'])
	require(`./selftest/${part}`);
