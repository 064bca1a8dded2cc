/* Events and totals: a ring that survives a reset, numbers without a gap, what was acknowledged, what was lost. */
#ifndef JOURNAL_H
#define JOURNAL_H
#include <stdbool.h>
#include <stdint.h>
#include "hal.h"

enum event_kind {
  EVENT_STARTED = 0x01,
  EVENT_PASSED_IN = 0x02,
  EVENT_PASSED_OUT = 0x03,
  EVENT_TURNED_BACK = 0x04,
  EVENT_BEAM_BLOCKED = 0x05,
  EVENT_BEAM_CLEAR = 0x06,
  EVENT_DOOR_OPENED = 0x10,
  EVENT_DOOR_CLOSED = 0x11,
  EVENT_DOOR_FORCED = 0x12,
  EVENT_DOOR_HELD = 0x13,
  EVENT_BUTTON = 0x14,
  EVENT_TAMPER_ON = 0x15,
  EVENT_TAMPER_OFF = 0x16,
  EVENT_FIRE_ON = 0x17,
  EVENT_FIRE_OFF = 0x18,
  EVENT_LOCK_RELEASED = 0x20,
  EVENT_LOCK_SECURED = 0x21,
  EVENT_CONFIG_CHANGED = 0x30,
};

struct event {
  uint32_t time_ms;
  uint8_t kind;
  uint8_t data;
};

struct totals {
  uint32_t in;
  uint32_t out;
};

/* Seqs oldest..next-1 are held. */
struct journal_state {
  uint16_t journal;
  uint32_t oldest;
  uint32_t next;
  uint32_t acked;
  uint32_t lost;
  struct totals totals;
};

/* True when the ring of before the reset is whole: it goes on. Otherwise it is empty, and journal and totals are those given. */
bool journal_start(uint16_t journal, const struct totals *totals);
const struct journal_state *journal(void);
/* Board time, ms. */
uint32_t journal_time(void);
void journal_pass_time(uint8_t elapsed_ms);

/* When the ring is full the oldest goes, counted. */
void journal_add(uint8_t kind, uint8_t data);
/* A passage counts and is an event in one step: no reset leaves one without the other. */
void journal_add_passage(uint8_t kind, uint8_t data);
/* False when seq is not held. */
bool journal_get(uint32_t seq, struct event *event);
/* Forgets everything up to seq. */
void journal_ack(uint32_t seq);

#endif
