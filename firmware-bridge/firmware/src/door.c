/* The door. */
#include "door.h"
#include "config.h"
#include "hal.h"
#include "journal.h"
#include "locks.h"
#include "passage.h"

static struct doorway doorway;
/* By role, from contact on: debounced level, and for how long the pin has said otherwise. */
static uint8_t level;
static uint8_t unsure_ms[INPUT_ROLES];
static uint32_t beam_dark_ms[2];
static bool beam_blocked[2];
static uint32_t open_ms;
static uint32_t button_ms;
static bool forced, held;

void door_start(uint8_t active) {
  doorway = (struct doorway){0};
  /* A door that stands open at the start was not forced. Fire and tamper are news whenever they are there. */
  level = active & (1 << ROLE_CONTACT);
  forced = held = false;
  open_ms = 0;
  button_ms = UINT32_MAX;
  for (uint8_t i = 0; i < INPUT_ROLES; i++) unsure_ms[i] = 0;
  for (uint8_t i = 0; i < 2; i++) {
    beam_dark_ms[i] = 0;
    beam_blocked[i] = false;
  }
}

static bool swapped(void) { return config_get(CONFIG_FLAGS) & FLAG_BEAMS_SWAPPED; }

/* The doorway knows outer and inner, the outside world A and B. */
static bool beam_dark(uint8_t beam) { return doorway_dark(&doorway, swapped() ? beam ^ 1 : beam); }

bool door_input(uint8_t role) { return role <= ROLE_BEAM_B ? beam_dark(role) : (level >> role) & 1; }
bool door_forced(void) { return forced; }
bool door_held(void) { return held; }
bool door_beam_blocked(void) { return beam_blocked[0] || beam_blocked[1]; }

static void contact_changed(bool open) {
  forced = held = false;
  open_ms = 0;
  if (!open) {
    journal_add(EVENT_DOOR_CLOSED, 0);
  } else {
    const bool allowed = locks_let_pass() || button_ms < config_get(CONFIG_PULSE);
    journal_add(EVENT_DOOR_OPENED, allowed);
    if (!allowed) {
      forced = true;
      journal_add(EVENT_DOOR_FORCED, 0);
    }
  }
  locks_door(open);
}

static void button_changed(bool pressed) {
  if (!pressed) return;
  button_ms = 0;
  journal_add(EVENT_BUTTON, 0);
  /* While there is fire the lock is released for longer than a pulse. */
  if ((config_get(CONFIG_FLAGS) & FLAG_BUTTON_RELEASES) && !locks_on_fire())
    lock_release(0, CAUSE_BUTTON, config_get(CONFIG_PULSE));
}

static void changed(uint8_t role, bool now) {
  switch (role) {
    case ROLE_CONTACT:
      contact_changed(now);
      break;
    case ROLE_BUTTON:
      button_changed(now);
      break;
    case ROLE_TAMPER:
      journal_add(now ? EVENT_TAMPER_ON : EVENT_TAMPER_OFF, 0);
      break;
    case ROLE_FIRE:
      journal_add(now ? EVENT_FIRE_ON : EVENT_FIRE_OFF, 0);
      locks_fire(now);
      break;
    default:
      break;
  }
}

static void switches_step(uint8_t active) {
  for (uint8_t role = ROLE_CONTACT; role < INPUT_ROLES; role++) {
    const uint8_t bit = (uint8_t)(1 << role);
    if (((active ^ level) & bit) == 0) {
      unsure_ms[role] = 0;
    } else if (++unsure_ms[role] >= config_get(CONFIG_DEBOUNCE)) {
      unsure_ms[role] = 0;
      level ^= bit;
      changed(role, level & bit);
    }
  }
}

static void note_passage(const struct passage *passage) {
  const uint16_t hundredths = passage->duration_ms / 10;
  const uint8_t data = (uint8_t)(hundredths > 255 ? 255 : hundredths);
  if (passage->kind == PASSAGE_IN) journal_add_passage(EVENT_PASSED_IN, data);
  else if (passage->kind == PASSAGE_OUT) journal_add_passage(EVENT_PASSED_OUT, data);
  else journal_add(EVENT_TURNED_BACK, passage->kind == PASSAGE_BACK_OUTSIDE ? 1 : 2);
}

static HAL_OWN_FRAME void beams_step(uint8_t active) {
  const bool a = active & (1 << ROLE_BEAM_A);
  const bool b = active & (1 << ROLE_BEAM_B);
  const struct doorway_rules rules = {
      config_get(CONFIG_BODY), config_get(CONFIG_GAP), config_get(CONFIG_LONG), config_get(CONFIG_RETURN)};
  struct passage passages[PASSAGE_RESULTS];
  const uint8_t found = doorway_step(&doorway, swapped() ? b : a, swapped() ? a : b, &rules, passages);
  for (uint8_t i = 0; i < found; i++) note_passage(&passages[i]);
}

static void blocked_step(uint8_t beam) {
  const uint32_t limit_ms = config_get(CONFIG_BEAM_BLOCKED) * 1000ul;
  if (!beam_dark(beam)) {
    beam_dark_ms[beam] = 0;
    if (beam_blocked[beam]) journal_add(EVENT_BEAM_CLEAR, (uint8_t)(beam + 1));
    beam_blocked[beam] = false;
  } else if (++beam_dark_ms[beam] >= limit_ms && !beam_blocked[beam]) {
    beam_blocked[beam] = true;
    journal_add(EVENT_BEAM_BLOCKED, (uint8_t)(beam + 1));
  }
}

static void held_step(void) {
  if (!door_input(ROLE_CONTACT) || held) return;
  if (++open_ms >= config_get(CONFIG_HELD) * 1000ul) {
    held = true;
    journal_add(EVENT_DOOR_HELD, 0);
  }
}

void door_step(uint8_t active) {
  if (button_ms < UINT32_MAX) button_ms++;
  switches_step(active);
  beams_step(active);
  blocked_step(0);
  blocked_step(1);
  held_step();
}
