/* Two beams across a doorway -> who went through, and which way. Knows time and light, nothing else. */
#ifndef PASSAGE_H
#define PASSAGE_H
#include <stdbool.h>
#include <stdint.h>

#define PASSAGE_PULSES 8
#define PASSAGE_RESULTS PASSAGE_PULSES

/* One time a beam was dark; ms since the doorway was last empty. */
struct pulse {
  uint16_t from;
  uint16_t to;
};

struct beam {
  bool dark;
  uint8_t unsure_ms;
  uint8_t count;
  struct pulse pulses[PASSAGE_PULSES];
};

struct doorway {
  struct beam beams[2];
  uint16_t age_ms;
  bool busy;
};

enum passage_kind { PASSAGE_IN, PASSAGE_OUT, PASSAGE_BACK_OUTSIDE, PASSAGE_BACK_INSIDE };

struct passage {
  uint8_t kind;
  /* From the first beam to the last. */
  uint16_t duration_ms;
};

/* Dark or light, filtered. */
bool doorway_dark(const struct doorway *doorway, uint8_t beam);
/*
 * To be called each ms. Beam 0 is the outer one. The shortest person is so many tenths of the distance between the beams. Returns how
 * many passages ended now: none but at the moment both beams see light again.
 */
uint8_t doorway_step(struct doorway *doorway, bool outer, bool inner, uint8_t body_tenths, struct passage *passages);

#endif
