/* Events and totals. Two copies of the state are written in turn, so that a reset in the middle of a change leaves the one before it. */
#include "journal.h"
#include <stddef.h>
#include "wire.h"

struct copy {
  struct journal_state state;
  uint8_t turn;
  uint16_t check;
};

struct instant {
  uint32_t ms;
  uint32_t complement;
};

static HAL_KEPT struct event ring[JOURNAL_RING];
static HAL_KEPT struct copy copies[2];
static HAL_KEPT struct instant instants[2];

static struct journal_state now_state;
static uint8_t turn;
static uint32_t time_ms;
static uint8_t instant_turn;

static uint16_t check_of(const struct copy *copy) {
  /* Field by field: what stands between them is nobody's. */
  uint16_t crc = crc16(CRC_START, &copy->state.journal, sizeof copy->state.journal);
  crc = crc16(crc, &copy->state.oldest, sizeof copy->state.oldest);
  crc = crc16(crc, &copy->state.next, sizeof copy->state.next);
  crc = crc16(crc, &copy->state.acked, sizeof copy->state.acked);
  crc = crc16(crc, &copy->state.lost, sizeof copy->state.lost);
  crc = crc16(crc, &copy->state.totals.in, sizeof copy->state.totals.in);
  crc = crc16(crc, &copy->state.totals.out, sizeof copy->state.totals.out);
  return crc16(crc, &copy->turn, sizeof copy->turn);
}

static bool is_whole(const struct copy *copy) {
  const struct journal_state *state = &copy->state;
  return copy->check == check_of(copy) && state->oldest >= 1 && state->next >= state->oldest &&
         state->next - state->oldest <= JOURNAL_RING;
}

static void commit(void) {
  turn++;
  struct copy *copy = &copies[turn & 1];
  /* Broken first: half of the new one must not pass for the old one. */
  copy->check = (uint16_t)~copy->check;
  copy->state = now_state;
  copy->turn = turn;
  copy->check = check_of(copy);
}

static bool time_kept(uint32_t *ms) {
  const bool first = instants[0].ms == ~instants[0].complement;
  const bool second = instants[1].ms == ~instants[1].complement;
  if (!first && !second) return false;
  if (first && second) *ms = (int32_t)(instants[0].ms - instants[1].ms) > 0 ? instants[0].ms : instants[1].ms;
  else *ms = first ? instants[0].ms : instants[1].ms;
  return true;
}

bool journal_start(uint16_t journal, const struct totals *totals) {
  const bool first = is_whole(&copies[0]);
  const bool second = is_whole(&copies[1]);
  if ((first || second) && time_kept(&time_ms)) {
    const bool take_second = second && (!first || (uint8_t)(copies[1].turn - copies[0].turn) == 1);
    now_state = copies[take_second ? 1 : 0].state;
    turn = copies[take_second ? 1 : 0].turn;
    return true;
  }
  now_state = (struct journal_state){.journal = journal, .oldest = 1, .next = 1, .totals = *totals};
  time_ms = 0;
  commit();
  commit();
  journal_pass_time(0);
  journal_pass_time(0);
  return false;
}

const struct journal_state *journal(void) { return &now_state; }

uint32_t journal_time(void) { return time_ms; }

void journal_pass_time(uint8_t elapsed_ms) {
  time_ms += elapsed_ms;
  struct instant *instant = &instants[instant_turn++ & 1];
  instant->complement = time_ms;
  instant->ms = time_ms;
  instant->complement = ~time_ms;
}

static void put_event(uint8_t kind, uint8_t data) {
  if (now_state.next - now_state.oldest >= JOURNAL_RING) {
    now_state.oldest++;
    now_state.lost++;
    commit();
  }
  ring[now_state.next % JOURNAL_RING] = (struct event){time_ms, kind, data};
  now_state.next++;
}

void journal_add(uint8_t kind, uint8_t data) {
  put_event(kind, data);
  commit();
}

void journal_add_passage(uint8_t kind, uint8_t data) {
  put_event(kind, data);
  if (kind == EVENT_PASSED_IN) now_state.totals.in++;
  else now_state.totals.out++;
  commit();
}

bool journal_get(uint32_t seq, struct event *event) {
  if (seq < now_state.oldest || seq >= now_state.next) return false;
  *event = ring[seq % JOURNAL_RING];
  return true;
}

void journal_ack(uint32_t seq) {
  if (seq < now_state.oldest || seq >= now_state.next) return;
  now_state.oldest = seq + 1;
  now_state.acked = seq;
  commit();
}
