/* Two beams across a doorway -> who went through, and which way. Knows time and light, nothing else. */
#ifndef PASSAGE_H
#define PASSAGE_H
#include <stdbool.h>
#include <stdint.h>

#define PASSAGE_PULSES 6
/* One that was held, and those that ended now. */
#define PASSAGE_RESULTS (PASSAGE_PULSES + 1)

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

enum passage_kind { PASSAGE_NONE, PASSAGE_IN, PASSAGE_OUT, PASSAGE_BACK_OUTSIDE, PASSAGE_BACK_INSIDE };

struct passage {
  uint8_t kind;
  /* From the first beam to the last. */
  uint16_t duration_ms;
};

/* What is kept of who passed last, to know what belongs to them. */
struct crossing {
  struct passage passage;
  /* When each beam was left, on the doorway's own clock. */
  uint32_t left_ms[2];
  /* Time on the way from beam to beam, of front and back together. */
  uint32_t between_ms;
  uint16_t length_tenths;
};

struct doorway {
  struct beam beams[2];
  uint32_t now_ms;
  uint32_t began_ms;
  uint16_t age_ms;
  bool busy;
  /* The last is still to be told. */
  bool holds;
  struct crossing last;
};

/* Lengths in tenths of the distance between the beams. */
struct doorway_rules {
  uint16_t body_tenths; /* a person is at least so long */
  uint16_t gap_tenths;  /* what is nearer than this to who walks before it is no second person */
  uint16_t long_tenths; /* what is as long is a thing: it belongs to who is an arm's length from it */
  uint16_t return_ms;   /* who is back within this has turned */
};

/* Dark or light, filtered. */
bool doorway_dark(const struct doorway *doorway, uint8_t beam);
/*
 * To be called each ms. Beam 0 is the outer one. Returns how many passages are sure now: none but at the moment both beams see light again,
 * or, for one that was held, when nobody can come back any more.
 */
uint8_t doorway_step(struct doorway *doorway, bool outer, bool inner, const struct doorway_rules *rules, struct passage *passages);

#endif
