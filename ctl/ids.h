/* Lists of a shop's ids on the command line: "5,7-20". */
#ifndef CTL_IDS_H
#define CTL_IDS_H

#include <stdbool.h>
#include <stdint.h>

#define IDS_LIST "ids and ranges, as 5,7-20"
#define IDS_LAST 4294967295 /* Magento's ids are unsigned 32-bit */
#define IDS_ALL  "1-4294967295"

struct ids_range {
	int64_t first, last; /* both included */
};

/* Takes the next range (or the next id, as a range of one) off `*list`. False when what stands
 * there is none; `*list` is "" behind the last. A list without any is none. */
bool ids_take(const char **list, struct ids_range *range);

#endif
