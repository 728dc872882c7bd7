#include "view/escape.h"

static const char *html_reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void escape_html(struct buf *out, const char *text, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		const char *reference = html_reference(text[i]);

		if (!reference)
			continue;
		buf_add(out, text + kept, i - kept);
		buf_add_str(out, reference);
		kept = i + 1;
	}
	buf_add(out, text + kept, len - kept);
}
