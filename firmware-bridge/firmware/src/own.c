/* The own messages: taking them apart, and the session with its window of events. What they ask for stands in answers.c. */
#include "own.h"
#include "answers.h"
#include "hal.h"
#include "journal.h"
#include "config.h"
#include "locks.h"
#include "wire.h"

#define WINDOW 8
#define RESEND_MS 1000
#define PROTOCOL 1

/* Groups of the body by id, 255 for what no host may say. */
static const uint8_t body_groups[16] = {255, 1, 255, 8, 8, 255, 0, 16, 1, 4, 0, 0, 255, 0, 255, 255};

static bool session;
static uint32_t heard_ms;
/* Next event to send, and when the window last moved. */
static uint32_t cursor;
static uint32_t moved_ms;

static uint32_t since(uint32_t instant_ms) { return journal_time() - instant_ms; }

void own_start(const struct board *board) {
  session = false;
  answers_start(board);
}

bool own_session(void) { return session; }

void own_refuse_length(uint8_t id) { answer_refused(id, REFUSED_LENGTH); }

static void take_hello(struct wire_reader *body) {
  if (wire_take(body, WIRE_U7) != PROTOCOL) {
    answer_refused(OWN_HELLO, REFUSED_RANGE);
    return;
  }
  session = true;
  cursor = journal()->oldest;
  moved_ms = journal_time();
  answer_hello();
}

static void take_ack(struct wire_reader *body) {
  const uint16_t of = (uint16_t)wire_take(body, WIRE_U16);
  const uint32_t seq = wire_take(body, WIRE_U32);
  if (!body->ok || of != journal()->journal || seq < journal()->oldest || seq >= cursor) return;
  journal_ack(seq);
  moved_ms = journal_time();
}

static void take_resend(struct wire_reader *body) {
  const uint16_t of = (uint16_t)wire_take(body, WIRE_U16);
  const uint32_t from = wire_take(body, WIRE_U32);
  if (!body->ok || of != journal()->journal || from >= cursor) return;
  cursor = from;
  moved_ms = journal_time();
}

static void take(uint8_t id, struct wire_reader *body) {
  switch (id) {
    case OWN_HELLO:
      take_hello(body);
      break;
    case OWN_ACK:
      take_ack(body);
      break;
    case OWN_RESEND:
      take_resend(body);
      break;
    default:
      answer(id, body);
      break;
  }
  if (!body->ok) answer_refused(id, REFUSED_RANGE);
}

static bool needs_session(uint8_t id) { return id == OWN_ACK || id == OWN_RESEND || id == OWN_LOCK; }

void own_receive(const uint8_t *bytes, uint8_t count) {
  const uint8_t id = bytes[0];
  struct wire_reader body;
  if (!wire_open(&body, bytes, count)) {
    answer_refused(id, REFUSED_CHECK);
    return;
  }
  const uint8_t groups = id < sizeof body_groups ? body_groups[id] : 255;
  if (groups == 255) {
    answer_refused(id, REFUSED_ID);
  } else if (body.left != groups) {
    answer_refused(id, REFUSED_LENGTH);
  } else if (needs_session(id) && !session) {
    answer_refused(id, REFUSED_NO_HELLO);
  } else {
    heard_ms = journal_time();
    take(id, &body);
  }
}

static HAL_OWN_FRAME void send_event(void) {
  struct event event;
  if (cursor < journal()->oldest) {
    answer_overflow();
    cursor = journal()->oldest;
    return;
  }
  if (!journal_get(cursor, &event)) return;
  struct wire_writer out;
  wire_begin(&out, OWN_EVENT);
  wire_put(&out, WIRE_U16, journal()->journal);
  wire_put(&out, WIRE_U32, cursor);
  wire_put(&out, WIRE_U32, event.time_ms);
  wire_put(&out, WIRE_U7, event.kind);
  wire_put(&out, WIRE_U14, event.data);
  answer_send(&out);
  if (cursor == journal()->oldest) moved_ms = journal_time();
  cursor++;
}

void own_step(void) {
  if (!session) return;
  if (since(heard_ms) >= config_get(CONFIG_HOST_LOST) * 1000ul) {
    session = false;
    locks_host_lost();
    return;
  }
  if (hal_uart_room() < WIRE_MAX) return;
  if (cursor > journal()->oldest && since(moved_ms) >= RESEND_MS) {
    cursor = journal()->oldest;
    moved_ms = journal_time();
  }
  if (cursor < journal()->oldest || cursor - journal()->oldest < WINDOW) send_event();
}
