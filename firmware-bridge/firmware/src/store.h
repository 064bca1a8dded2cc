/* EEPROM: two copies of the config and of the identity, and totals with the boot number in records that wander over the rest of the cells. */
#ifndef STORE_H
#define STORE_H
#include <stdbool.h>
#include <stdint.h>
#include "journal.h"

#define STORE_CONFIG_BYTES 38

struct store_record {
  uint32_t number; /* of this record, in the board's life */
  uint16_t boot;
  struct totals totals;
};

enum store_found { STORE_WHOLE, STORE_BLANK, STORE_UNREADABLE };

/* Newest whole record; all zero when there is none. */
enum store_found store_find_record(struct store_record *record);
/* The board's own number, by two copies; false when there is none that is whole. */
bool store_find_identity(uint16_t *identity);
/* Writes it at once, both copies; to be called at the start only. */
void store_save_identity(uint16_t identity);
enum store_found store_find_config(uint8_t bytes[STORE_CONFIG_BYTES]);

/* False while something else is being written: come again. */
bool store_save_record(const struct store_record *record);
bool store_save_config(const uint8_t bytes[STORE_CONFIG_BYTES]);
bool store_busy(void);
/* Waits until nothing is being written any more; at the start only. */
void store_finish(void);
/* Something read back other than it was written. */
bool store_failed(void);
/* To be called often: moves at most one byte. */
void store_step(void);

#endif
