// The shop sandbox judged by what was measured on a real Magento.
// SHOP_SANDBOX_URL=http://127.0.0.1:PORT node --test tests/sandbox/shop/selftest.js
'use strict';
for (const part of ['tokens', 'entities', 'rest', 'outbox']) require(`./selftest/${part}`);
