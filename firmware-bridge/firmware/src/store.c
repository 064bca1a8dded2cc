/* EEPROM. One job at a time, a byte a step; the check comes last, so that a power cut in the middle leaves the copy before it. */
#include "store.h"
#include <string.h>
#include "hal.h"
#include "wire.h"

enum { RECORD_BYTES = 16, RECORD_BODY = 14, SLOT_BYTES = 48, SLOT_BODY = 1 + STORE_CONFIG_BYTES, RECORDS_AT = 2 * SLOT_BYTES, IDENTITY_AT = SLOT_BYTES - 4 };
_Static_assert(SLOT_BODY + 2 <= IDENTITY_AT, "settings and identity share a slot");
#define ERASED 0xFF

static struct {
  uint8_t bytes[SLOT_BYTES];
  uint8_t count;
  uint8_t at;
  uint16_t address;
} job;
static bool failed;
static uint8_t config_turn;
static uint8_t config_slot;

static void read_bytes(uint16_t address, uint8_t *bytes, uint8_t count) {
  for (uint8_t i = 0; i < count; i++) bytes[i] = hal_eeprom_read((uint16_t)(address + i));
}

static uint16_t u16_at(const uint8_t *bytes) { return (uint16_t)(bytes[0] | (bytes[1] << 8)); }
static uint32_t u32_at(const uint8_t *bytes) { return u16_at(bytes) | ((uint32_t)u16_at(bytes + 2) << 16); }
static void put_u16(uint8_t *bytes, uint16_t value) {
  bytes[0] = (uint8_t)(value & 0xFF);
  bytes[1] = (uint8_t)(value >> 8);
}
static void put_u32(uint8_t *bytes, uint32_t value) {
  put_u16(bytes, value & 0xFFFF);
  put_u16(bytes + 2, (uint16_t)(value >> 16));
}

/* The body with its check behind it. */
static enum store_found look(uint16_t address, uint8_t *bytes, uint8_t body) {
  read_bytes(address, bytes, (uint8_t)(body + 2));
  if (u16_at(bytes + body) == crc16(CRC_START, bytes, body)) return STORE_WHOLE;
  for (uint8_t i = 0; i < body + 2; i++)
    if (bytes[i] != ERASED) return STORE_UNREADABLE;
  return STORE_BLANK;
}

static uint16_t record_count(void) { return (uint16_t)((hal_chip.eeprom_bytes - RECORDS_AT) / RECORD_BYTES); }

enum store_found store_find_record(struct store_record *record) {
  uint8_t bytes[RECORD_BYTES];
  enum store_found found = STORE_BLANK;
  *record = (struct store_record){0};
  for (uint16_t slot = 0; slot < record_count(); slot++) {
    hal_watchdog_pet();
    const enum store_found seen = look((uint16_t)(RECORDS_AT + slot * RECORD_BYTES), bytes, RECORD_BODY);
    if (seen == STORE_UNREADABLE && found == STORE_BLANK) found = STORE_UNREADABLE;
    if (seen != STORE_WHOLE || (found == STORE_WHOLE && u32_at(bytes) <= record->number)) continue;
    found = STORE_WHOLE;
    *record = (struct store_record){u32_at(bytes), u16_at(bytes + 4), {u32_at(bytes + 6), u32_at(bytes + 10)}};
  }
  return found;
}

enum store_found store_find_config(uint8_t config[STORE_CONFIG_BYTES]) {
  uint8_t bytes[SLOT_BYTES];
  enum store_found found = STORE_BLANK;
  for (uint8_t slot = 0; slot < 2; slot++) {
    const enum store_found seen = look(slot * SLOT_BYTES, bytes, SLOT_BODY);
    if (seen == STORE_UNREADABLE && found == STORE_BLANK) found = STORE_UNREADABLE;
    if (seen != STORE_WHOLE || (found == STORE_WHOLE && (uint8_t)(bytes[0] - config_turn) != 1)) continue;
    found = STORE_WHOLE;
    config_turn = bytes[0];
    config_slot = slot;
    memcpy(config, bytes + 1, STORE_CONFIG_BYTES);
  }
  return found;
}

bool store_find_identity(uint16_t *identity) {
  uint8_t bytes[4];
  for (uint8_t slot = 0; slot < 2; slot++) {
    if (look((uint16_t)(slot * SLOT_BYTES + IDENTITY_AT), bytes, 2) != STORE_WHOLE) continue;
    *identity = u16_at(bytes);
    return true;
  }
  return false;
}

static void begin(uint16_t address, uint8_t body) {
  put_u16(job.bytes + body, crc16(CRC_START, job.bytes, body));
  job.address = address;
  job.count = (uint8_t)(body + 2);
  job.at = 0;
}

bool store_save_record(const struct store_record *record) {
  if (store_busy()) return false;
  put_u32(job.bytes, record->number);
  put_u16(job.bytes + 4, record->boot);
  put_u32(job.bytes + 6, record->totals.in);
  put_u32(job.bytes + 10, record->totals.out);
  begin((uint16_t)(RECORDS_AT + record->number % record_count() * RECORD_BYTES), RECORD_BODY);
  return true;
}

bool store_save_config(const uint8_t config[STORE_CONFIG_BYTES]) {
  if (store_busy()) return false;
  config_slot ^= 1;
  config_turn++;
  job.bytes[0] = config_turn;
  memcpy(job.bytes + 1, config, STORE_CONFIG_BYTES);
  begin(config_slot * SLOT_BYTES, SLOT_BODY);
  return true;
}

void store_finish(void) {
  while (store_busy()) {
    store_step();
    hal_watchdog_pet();
  }
}

void store_save_identity(uint16_t identity) {
  for (uint8_t slot = 0; slot < 2; slot++) {
    put_u16(job.bytes, identity);
    begin((uint16_t)(slot * SLOT_BYTES + IDENTITY_AT), 2);
    store_finish();
  }
}

bool store_busy(void) { return job.count > 0; }
bool store_failed(void) { return failed; }

void store_step(void) {
  if (!store_busy() || !hal_eeprom_idle()) return;
  if (job.at > 0) {
    const uint8_t last = (uint8_t)(job.at - 1);
    if (hal_eeprom_read((uint16_t)(job.address + last)) != job.bytes[last]) failed = true;
  }
  if (job.at == job.count) {
    job.count = 0;
    return;
  }
  const uint16_t address = (uint16_t)(job.address + job.at);
  /* A cell that holds it already is spared. */
  if (hal_eeprom_read(address) != job.bytes[job.at]) hal_eeprom_write(address, job.bytes[job.at]);
  job.at++;
}
