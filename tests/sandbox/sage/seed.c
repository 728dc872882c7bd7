#include "sage/seed.h"

#include <stddef.h>
#include <string.h>

static const struct seed_rate rates_gb[] = {
	{"GB_STANDARD", "Standard 20.00%", "20.0"},
	{"GB_LOWER", "Lower Rate 5.00%", "5.0"},
	{"GB_ZERO", "Zero Rated 0.00%", "0.0"},
	{"GB_EXEMPT", "Exempt 0.00%", "0.0"},
	{"GB_NO_TAX", "No VAT", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_ie[] = {
	{"IE_STANDARD", "Standard 23.00%", "23.0"},
	{"IE_REDUCED", "Reduced 13.50%", "13.5"},
	{"IE_SECOND_REDUCED", "Second Reduced 9.00%", "9.0"},
	{"IE_ZERO", "Zero Rated 0.00%", "0.0"},
	{"IE_EXEMPT", "Exempt 0.00%", "0.0"},
	{"IE_NO_TAX", "No VAT", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_us[] = {
	{"US_CA_STATE", "California 7.25%", "7.25"},
	{"US_NY_CITY", "New York City 8.875%", "8.875"},
	{"US_TX_STATE", "Texas 6.25%", "6.25"},
	{"US_EXEMPT", "Exempt 0.00%", "0.0"},
	{"US_NO_TAX", "No Tax", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_ca[] = {
	{"CA_HST_ON", "HST Ontario 13.00%", "13.0"},
	{"CA_HST_ATLANTIC", "HST 15.00%", "15.0"},
	{"CA_GST", "GST 5.00%", "5.0"},
	{"CA_GST_PST_BC", "GST/PST British Columbia 12.00%", "12.0"},
	{"CA_GST_QST", "GST/QST 14.975%", "14.975"},
	{"CA_ZERO", "Zero Rated 0.00%", "0.0"},
	{"CA_EXEMPT", "Exempt 0.00%", "0.0"},
	{"CA_NO_TAX", "No Tax", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_fr[] = {
	{"FR_STANDARD", "Taux normal 20.00%", "20.0"},
	{"FR_INTERMEDIATE", "Taux intermédiaire 10.00%", "10.0"},
	{"FR_REDUCED", "Taux réduit 5.50%", "5.5"},
	{"FR_SUPER_REDUCED", "Taux super réduit 2.10%", "2.1"},
	{"FR_ZERO", "Taux zéro 0.00%", "0.0"},
	{"FR_EXEMPT", "Exonéré 0.00%", "0.0"},
	{"FR_NO_TAX", "Sans TVA", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_es[] = {
	{"ES_STANDARD", "General 21.00%", "21.0"},
	{"ES_REDUCED", "Reducido 10.00%", "10.0"},
	{"ES_SUPER_REDUCED", "Superreducido 4.00%", "4.0"},
	{"ES_ZERO", "Tipo cero 0.00%", "0.0"},
	{"ES_EXEMPT", "Exento 0.00%", "0.0"},
	{"ES_NO_TAX", "Sin IVA", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_rate rates_de[] = {
	{"DE_STANDARD", "Regelsteuersatz 19.00%", "19.0"},
	{"DE_REDUCED", "Ermäßigt 7.00%", "7.0"},
	{"DE_ZERO", "Nullsatz 0.00%", "0.0"},
	{"DE_EXEMPT", "Steuerfrei 0.00%", "0.0"},
	{"DE_NO_TAX", "Ohne MwSt.", "0.0"},
	{NULL, NULL, NULL},
};

static const struct seed_ledger ledgers_english[] = {
	{4000, "Sales - Products", "SALES", "sales"},
	{4010, "Sales - Services", "SALES", "sales"},
	{4900, "Other income", "OTHER_INCOME", "sales"},
	{5000, "Cost of Sales - Goods", "DIRECT_EXPENSES", "expenses"},
	{5010, "Cost of Sales - Carriage", "DIRECT_EXPENSES", "expenses"},
	{7900, "Bank charges and interest", "OVERHEADS", "expenses"},
	{1100, "Trade Debtors", "CURRENT_ASSETS", "journals"},
	{1200, "Current", "BANK", "banking"},
	{1210, "Card Processor", "BANK", "banking"},
	{1230, "Cash in Hand", "BANK", "banking"},
	{0, NULL, NULL, NULL},
};

static const struct seed_ledger ledgers_fr[] = {
	{707000, "Ventes de marchandises", "SALES", "sales"},
	{706000, "Prestations de services", "SALES", "sales"},
	{758000, "Produits divers", "OTHER_INCOME", "sales"},
	{607000, "Achats de marchandises", "DIRECT_EXPENSES", "expenses"},
	{627000, "Services bancaires", "OVERHEADS", "expenses"},
	{411000, "Clients", "CURRENT_ASSETS", "journals"},
	{512000, "Banque", "BANK", "banking"},
	{530000, "Caisse", "BANK", "banking"},
	{0, NULL, NULL, NULL},
};

static const struct seed_ledger ledgers_es[] = {
	{70000000, "Ventas de mercaderías", "SALES", "sales"},
	{70500000, "Prestaciones de servicios", "SALES", "sales"},
	{75900000, "Ingresos por servicios diversos", "OTHER_INCOME", "sales"},
	{60000000, "Compras de mercaderías", "DIRECT_EXPENSES", "expenses"},
	{62600000, "Servicios bancarios", "OVERHEADS", "expenses"},
	{43000000, "Clientes", "CURRENT_ASSETS", "journals"},
	{57200000, "Bancos", "BANK", "banking"},
	{57000000, "Caja", "BANK", "banking"},
	{0, NULL, NULL, NULL},
};

static const struct seed_ledger ledgers_de[] = {
	{8400, "Erlöse 19% USt", "SALES", "sales"},
	{8300, "Erlöse 7% USt", "SALES", "sales"},
	{8100, "Steuerfreie Umsätze", "SALES", "sales"},
	{2700, "Sonstige Erträge", "OTHER_INCOME", "sales"},
	{3400, "Wareneingang 19% Vorsteuer", "DIRECT_EXPENSES", "expenses"},
	{4970, "Nebenkosten des Geldverkehrs", "OVERHEADS", "expenses"},
	{1400, "Forderungen", "CURRENT_ASSETS", "journals"},
	{1200, "Bank", "BANK", "banking"},
	{1000, "Kasse", "BANK", "banking"},
	{0, NULL, NULL, NULL},
};

const struct seed_region seed_regions[] = {
	{"GB", "GBP", "en-GB", "GB_STANDARD", true, rates_gb, ledgers_english},
	{"IE", "EUR", "en-IE", "IE_STANDARD", true, rates_ie, ledgers_english},
	/* US sales tax is no VAT: a line without a rate is an untaxed line. */
	{"US", "USD", "en-US", "US_CA_STATE", false, rates_us, ledgers_english},
	{"CA", "CAD", "en-CA", "CA_HST_ON", true, rates_ca, ledgers_english},
	{"FR", "EUR", "fr-FR", "FR_STANDARD", true, rates_fr, ledgers_fr},
	{"ES", "EUR", "es-ES", "ES_STANDARD", true, rates_es, ledgers_es},
	{"DE", "EUR", "de-DE", "DE_STANDARD", true, rates_de, ledgers_de},
	{NULL, NULL, NULL, NULL, false, NULL, NULL},
};

const struct seed_lookup seed_lookups[] = {
	{"artefact_statuses", "UNPAID", "Unpaid"},
	{"artefact_statuses", "PAID", "Paid"},
	{"artefact_statuses", "PART_PAID", "Part Paid"},
	{"artefact_statuses", "VOID", "Void"},
	{"artefact_statuses", "DRAFT", "Draft"},
	{"artefact_statuses", "PRO_FORMA", "Pro Forma"},
	{"contact_types", "CUSTOMER", "Customer"},
	{"contact_types", "VENDOR", "Supplier"},
	{"contact_person_types", "ACCOUNTS", "Accounts"},
	{"contact_person_types", "SALES", "Sales"},
	{"contact_person_types", "PURCHASING", "Purchasing"},
	{"address_types", "DELIVERY", "Delivery"},
	{"address_types", "ACCOUNTS", "Accounts"},
	{"address_types", "SALES", "Sales"},
	{"address_types", "PURCHASING", "Purchasing"},
	{"transaction_types", "CUSTOMER_RECEIPT", "Customer Receipt"},
	{"transaction_types", "CUSTOMER_REFUND", "Customer Refund"},
	{"transaction_types", "VENDOR_PAYMENT", "Vendor Payment"},
	{"transaction_types", "VENDOR_REFUND", "Vendor Refund"},
	{"transaction_types", "OTHER_RECEIPT", "Other Receipt"},
	{"transaction_types", "OTHER_PAYMENT", "Other Payment"},
	{"transaction_types", "CUSTOMER_ALLOCATION", "Customer Allocation"},
	{"transaction_types", "VENDOR_ALLOCATION", "Vendor Allocation"},
	{"transaction_types", "SALES_INVOICE", "Sales Invoice"},
	{"transaction_types", "SALES_CREDIT_NOTE", "Sales Credit Note"},
	{"transaction_types", "JOURNAL", "Journal"},
	{"payment_methods", "CASH", "Cash"},
	{"payment_methods", "CREDIT_DEBIT", "Credit/Debit Card"},
	{"payment_methods", "CHECK", "Cheque"},
	{"payment_methods", "ELECTRONIC", "Electronic"},
	{"bank_account_types", "CHECKING", "Current"},
	{"bank_account_types", "CASH_IN_HAND", "Cash in Hand"},
	{"country_groups", "ALL", "Other"},
	{"country_groups", "GBIE", "UK & Ireland"},
	{"country_groups", "EU", "European Union"},
	{"country_groups", "CA", "Canada"},
	{"country_groups", "US", "United States"},
	{"eu_goods_services_types", "GOODS", "Goods"},
	{"eu_goods_services_types", "SERVICES", "Services"},
	{"catalog_item_types", "PRODUCT", "Non-stock"},
	{"catalog_item_types", "STOCK_ITEM", "Stock"},
	{"catalog_item_types", "SERVICE", "Service"},
	{"ledger_account_types", "SALES", "Sales"},
	{"ledger_account_types", "OTHER_INCOME", "Other Income"},
	{"ledger_account_types", "DIRECT_EXPENSES", "Direct Expenses"},
	{"ledger_account_types", "OVERHEADS", "Overheads"},
	{"ledger_account_types", "DEPRECIATION", "Depreciation"},
	{"ledger_account_types", "CURRENT_ASSETS", "Current Assets"},
	{"ledger_account_types", "FIXED_ASSETS", "Fixed Assets"},
	{"ledger_account_types", "FUTURE_ASSETS", "Future Assets"},
	{"ledger_account_types", "BANK", "Bank"},
	{"ledger_account_types", "CURRENT_LIABILITY", "Current Liability"},
	{"ledger_account_types", "FUTURE_LIABILITY", "Future Liability"},
	{"ledger_account_types", "EQUITY", "Equity"},
	{"ledger_account_types", "LINE_OF_CREDIT", "Line of Credit"},
	{"ledger_account_types", "TAXES", "Taxes"},
	{"ledger_account_types", "SPECIAL", "Special"},
	{"tax_schemes", "STANDARD", "Standard"},
	{"tax_schemes", "NOT_REGISTERED", "Not Registered"},
	{NULL, NULL, NULL},
};

const struct seed_currency seed_currencies[] = {
	{"GBP", "Pound Sterling", "1.28"},
	{"EUR", "Euro", "1.1"},
	{"USD", "US Dollar", "1"},
	{"CAD", "Canadian Dollar", "0.73"},
	{"AUD", "Australian Dollar", "0.66"},
	{"NZD", "New Zealand Dollar", "0.61"},
	{"CHF", "Swiss Franc", "1.13"},
	{"SEK", "Swedish Krona", "0.096"},
	{"NOK", "Norwegian Krone", "0.094"},
	{"DKK", "Danish Krone", "0.147"},
	{"PLN", "Polish Zloty", "0.255"},
	{"CZK", "Czech Koruna", "0.044"},
	{"HUF", "Hungarian Forint", "0.0028"},
	{"RON", "Romanian Leu", "0.22"},
	{"BGN", "Bulgarian Lev", "0.56"},
	{"TRY", "Turkish Lira", "0.03"},
	{"ZAR", "South African Rand", "0.055"},
	{"INR", "Indian Rupee", "0.012"},
	{"CNY", "Chinese Yuan", "0.14"},
	{"HKD", "Hong Kong Dollar", "0.128"},
	{"SGD", "Singapore Dollar", "0.75"},
	{"JPY", "Japanese Yen", "0.0067"},
	{"AED", "UAE Dirham", "0.2723"},
	{"ILS", "Israeli Shekel", "0.27"},
	{"MXN", "Mexican Peso", "0.055"},
	{"BRL", "Brazilian Real", "0.18"},
	{NULL, NULL, NULL},
};

const struct seed_user seed_users[] = {
	{"jo@shop.example", "Jo", "Owner", "GB"},
	{"aoife@shop.example", "Aoife", "Byrne", "IE"},
	{"sam@shop.example", "Sam", "Rivera", "US"},
	{"robin@shop.example", "Robin", "Roy", "CA"},
	{"camille@shop.example", "Camille", "Durand", "FR"},
	{"lucia@shop.example", "Lucía", "García", "ES"},
	{"anna@shop.example", "Anna", "Schmidt", "DE"},
	{NULL, NULL, NULL, NULL},
};

const struct seed_business seed_businesses[] = {
	{"f5d7e2532cc9ad16bc2a41222d76f269", "Example Shop Ltd", "GB", "jo@shop.example"},
	{"fbfba2e45c2045dc5cab22a5afe83d9d", "Example Services Ltd", "GB", "jo@shop.example"},
	{"1e0c6d0f5f3a4d0b9a8f4c2b7e6d5a01", "Example Ireland Ltd", "IE", "aoife@shop.example"},
	{"05a1b2c3d4e5f60718293a4b5c6d7e02", "Example Inc", "US", "sam@shop.example"},
	{"ca4e5f60718293a4b5c6d7e8f9a0b103", "Example Canada Inc", "CA", "robin@shop.example"},
	{"f4a0b1c2d3e4f5061728394a5b6c7d04", "Exemple SARL", "FR", "camille@shop.example"},
	{"e5b6c7d8e9f0a1b2c3d4e5f607182905", "Ejemplo SL", "ES", "lucia@shop.example"},
	{"de8f9a0b1c2d3e4f5a6b7c8d9e0f1a06", "Beispiel GmbH", "DE", "anna@shop.example"},
	{NULL, NULL, NULL, NULL},
};

const struct seed_region *seed_region(const char *id)
{
	for (const struct seed_region *region = seed_regions; region->id != NULL; region++)
		if (strcmp(region->id, id) == 0)
			return region;
	return NULL;
}

const char *seed_country_group(const char *country)
{
	for (const struct seed_country *at = seed_countries; at->id != NULL; at++)
		if (strcmp(at->id, country) == 0)
			return at->group;
	return NULL;
}
