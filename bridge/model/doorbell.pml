/* SPDX-License-Identifier: MIT
 *
 * The doorbell of PROTOCOL.md and core/doorbell.h for the model checker spin: a
 * client and a host take turns over two lines and two pipes for MESSAGES messages
 * each way, then the channel is closed, and either side may die at any step.
 *
 * Checked in every reachable state, for every order of steps:
 * - nobody waits for ever (an invalid end state): no lost wake-up, no deadlock, and who
 *   survives the other side ends;
 * - message n is read whole, once, and no other in its place;
 * - at most one byte is under way in a pipe, none is left over, and no mark;
 * - a closed channel's lines are not touched by the host any more.
 * Run as a search for cycles (-DNP) it shows too that every execution ends.
 *
 * The machine is x86 (TSO): a store waits in its CPU's buffer, first in, first out, until
 * it is flushed at any later moment; a load looks into its own buffer first; an exchange
 * empties the buffer and is one step. Spinning longer is looking later, so S1 is one
 * look at any moment. HOST_BEGINS: the host sends the first message.
 *
 * WITHOUT_… takes one thing away; CMakeLists.txt says how each of them shows.
 */
#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifdef HOST_BEGINS
#define FIRST HOST
#else
#define FIRST CLIENT
#endif

#define CLIENT 0
#define HOST 1
#define OTHER(side) (1 - (side))

/* A line's cells; line `side` is the one that `side` writes and the other reads. */
#define HEAD(side) (4 * (side))
#define WORDS(side) (4 * (side) + 1)
#define SEQUENCE(side) (4 * (side) + 2)
#define ASLEEP(side) (4 * (side) + 3)

byte memory[8];

#define PENDING 3
typedef Buffer {
  byte cell[PENDING];
  byte value[PENDING];
  byte count
}
Buffer stores[2];

byte pipe[2];           /* bytes under way to a side */
bool closed[2];         /* a side closed its ends of the pipes */
bool dead[2];
bool lines_are_free;    /* the client gives them to the next channel */

/* The end of a pipe is seen when its writer closed it, or died and all that it stored has arrived. */
#define ENDED(side) (closed[side] || (dead[side] && stores[side].count == 0))

inline Touch(me) { assert(!(lines_are_free && me == HOST)) }

inline Commit(side) {
  memory[stores[side].cell[0]] = stores[side].value[0];
  stores[side].cell[0] = stores[side].cell[1];
  stores[side].value[0] = stores[side].value[1];
  stores[side].cell[1] = stores[side].cell[2];
  stores[side].value[1] = stores[side].value[2];
  stores[side].cell[2] = 0;
  stores[side].value[2] = 0;
  stores[side].count--
}

inline Store(me, where, what) {
  atomic {
    stores[me].count < PENDING;
    Touch(me);
    stores[me].cell[stores[me].count] = where;
    stores[me].value[stores[me].count] = what;
    stores[me].count++
  }
}

inline Load(me, where, into) {
  d_step {
    Touch(me);
    into = memory[where];
    if :: stores[me].count > 0 && stores[me].cell[0] == where -> into = stores[me].value[0] :: else fi;
    if :: stores[me].count > 1 && stores[me].cell[1] == where -> into = stores[me].value[1] :: else fi;
    if :: stores[me].count > 2 && stores[me].cell[2] == where -> into = stores[me].value[2] :: else fi
  }
}

inline Exchange(me, where, what, before) {
  atomic {
    stores[me].count == 0;      /* Flush empties it */
    Touch(me);
    before = memory[where];
    memory[where] = what
  }
}

/* What a mutation makes of an exchange: a load, and a store that may wait. */
inline LoadThenStore(me, where, what, before) {
  Load(me, where, before);
  Store(me, where, what)
}

#ifdef WITHOUT_P1_EXCHANGE
#define P1_EXCHANGE LoadThenStore
#else
#define P1_EXCHANGE Exchange
#endif
#ifdef WITHOUT_P2_EXCHANGE
#define P2_EXCHANGE LoadThenStore
#else
#define P2_EXCHANGE Exchange
#endif
#ifdef WITHOUT_S2_EXCHANGE
#define S2_EXCHANGE LoadThenStore
#else
#define S2_EXCHANGE Exchange
#endif
#ifdef WITHOUT_S3_EXCHANGE
#define S3_EXCHANGE LoadThenStore
#else
#define S3_EXCHANGE Exchange
#endif

#ifdef WITHOUT_NOTICE_IN_CLIENT
#define NOTICES(me) (me == HOST)
#endif
#ifdef WITHOUT_NOTICE_IN_HOST
#define NOTICES(me) (me == CLIENT)
#endif
#ifndef NOTICES
#define NOTICES(me) true
#endif

inline Ring(me) {
  atomic {
    assert(pipe[OTHER(me)] == 0);
    pipe[OTHER(me)]++
  }
}

inline WriteMessage(me) {
  Store(me, HEAD(me), turn);
  Store(me, WORDS(me), turn)
}

inline Publish(me) {
#ifndef WITHOUT_WORDS_FIRST
  WriteMessage(me);
#endif
  P1_EXCHANGE(me, SEQUENCE(me), turn, mark);                            /* P1 publish */
#ifdef WITHOUT_WORDS_FIRST
  WriteMessage(me);
#endif
#ifdef WITHOUT_P2_LOOK
  mark = 1;
#else
  Load(me, ASLEEP(me), mark);                                           /* P2 look at the mark */
  if
  :: mark != 0 -> P2_EXCHANGE(me, ASLEEP(me), 0, mark)                  /*    and take it */
  :: else
  fi;
#endif
  if
  :: mark != 0 -> Ring(me)                                              /* P3 one byte */
  :: else
  fi;
  mark = 0
}

/* S4: a byte, or where none is under way the other side's end. */
inline Block(me) {
  atomic {
    if
    :: pipe[me] > 0 -> pipe[me]--
    :: pipe[me] == 0 && NOTICES(me) && ENDED(OTHER(me)) -> gone = true
    fi
  }
}

inline Await(me) {
  do
  :: Load(me, SEQUENCE(OTHER(me)), seen);                               /* S1 spin */
     if
     :: seen >= turn -> break
     :: else
     fi;
#ifndef WITHOUT_S2_MARK
     S2_EXCHANGE(me, ASLEEP(OTHER(me)), 1, mark);                       /* S2 mark */
#endif
#ifndef WITHOUT_S3_LOOK
     Load(me, SEQUENCE(OTHER(me)), seen);                               /* S3 look again */
     if
     :: seen >= turn ->
#ifdef WITHOUT_S3_TAKING
        break
#else
        S3_EXCHANGE(me, ASLEEP(OTHER(me)), 0, mark);
        if
        :: mark != 0 -> break
#ifdef WITHOUT_LOSER_CONSUMING
        :: else -> break
#else
        :: else                                                         /*    lost: a byte is under way */
#endif
        fi
#endif
     :: else
     fi;
#endif
     Block(me);                                                         /* S4 block for the byte */
     if
     :: gone -> break
     :: else
     fi
  od;
  mark = 0;
  if
  :: gone -> assert(dead[OTHER(me)]); goto over
  :: else -> assert(seen == turn)
  fi;
  Load(me, HEAD(OTHER(me)), seen);
  assert(seen == turn);
  Load(me, WORDS(OTHER(me)), seen);
  assert(seen == turn);
  seen = 0
}

/* After its last message the host's thread closes its pipes; the client's lines are free when it sees that. */
inline Close(me) {
  if
  :: me == HOST -> closed[HOST] = true
  :: else ->
#ifndef WITHOUT_WAITING_FOR_THE_END
     ENDED(HOST);
#endif
     atomic {
       lines_are_free = true;
       assert(dead[HOST] || (pipe[CLIENT] == 0 && pipe[HOST] == 0));
       assert(dead[HOST] || (memory[ASLEEP(CLIENT)] == 0 && memory[ASLEEP(HOST)] == 0))
     }
  fi
}

proctype Side(bit me) {
  byte turn = 1, seen, mark;
  bool gone;
  {
    do
    :: turn <= MESSAGES ->
       if
       :: me == FIRST -> Publish(me); Await(me)
       :: else -> Await(me); Publish(me)
       fi;
       turn++
    :: else -> break
    od;
    Close(me);
over:
    skip
  } unless { dead[me] }
}

proctype Flush(bit side) {
end:
  do
  :: d_step { stores[side].count > 0 -> Commit(side) }
  od
}

/* Kills a side, or nobody, at any moment. */
proctype Death() {
  if
  :: dead[CLIENT] = true
  :: dead[HOST] = true
  :: skip
  fi
}

init {
  atomic {
    run Flush(CLIENT);
    run Flush(HOST);
    run Death();
    run Side(CLIENT);
    run Side(HOST)
  }
}
