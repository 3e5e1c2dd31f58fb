/* SPDX-License-Identifier: MIT
 *
 * The doorbell of PROTOCOL.md and core/doorbell.h for the model checker spin: a
 * client and a host's thread take turns over two lines and two pipes for MESSAGES messages
 * each way, then the thread ends. At any step either process may die, or the DLL end the thread.
 *
 * Checked in every reachable state, for every order of steps:
 * - nobody waits for ever (an invalid end state): no lost wake-up, no deadlock, and who
 *   survives the other side ends;
 * - message n is read whole, once, and no other in its place;
 * - at most one byte is under way in a pipe, none is left over, and no mark;
 * - the client takes the thread's end for the host's only where the host is dead, and the
 *   lines of a channel that ended are not touched by the host any more.
 * Run as a search for cycles (-DNP) it shows too that every execution ends.
 *
 * The machine is x86 (TSO): a store waits in its CPU's buffer, first in, first out, until
 * it is flushed at any later moment; a load looks into its own buffer first; an exchange
 * empties the buffer and is one step. Spinning longer is looking later, so S1 is one
 * look at any moment. HOST_BEGINS: a visitor's channel, whose client waits for one message more.
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
bool dead[2];           /* the process */
bool killed;            /* the host's thread, by the DLL */
bool over;              /* the host's thread has done its work */
bool ended;             /* the channel's `end` */
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
  :: gone -> goto left
  :: else -> assert(seen == turn)
  fi;
  Load(me, HEAD(OTHER(me)), seen);
  assert(seen == turn);
  Load(me, WORDS(OTHER(me)), seen);
  assert(seen == turn);
  seen = 0
}

#if defined(HOST_BEGINS) && !defined(WITHOUT_WAITING_FOR_THE_END)
#define GOES_ON(me) (turn <= MESSAGES || me == CLIENT)
#else
#define GOES_ON(me) (turn <= MESSAGES)
#endif

/* What the client makes of the pipe's end. */
inline SeeTheEnd() {
  atomic {
    assert(ended || dead[HOST]);
    lines_are_free = true;
    assert(killed || dead[HOST] || (pipe[CLIENT] == 0 && pipe[HOST] == 0));
    assert(killed || dead[HOST] || (memory[ASLEEP(CLIENT)] == 0 && memory[ASLEEP(HOST)] == (FIRST == HOST)))
  }
}

proctype Side(bit me) {
  byte turn = 1, seen, mark;
  bool gone;
  {
    do
    :: GOES_ON(me) ->
       if
       :: me == FIRST -> Publish(me); Await(me)
       :: else -> Await(me); Publish(me)
       fi;
       turn++
    :: else -> break
    od;
#ifdef WITHOUT_WAITING_FOR_THE_END
    ended = true;
#else
#ifndef HOST_BEGINS
    me == HOST || ENDED(HOST);
#endif
#endif
left:
    if
    :: me == HOST
    :: me == CLIENT -> SeeTheEnd()
    fi
  } unless { dead[me] || (killed && me == HOST) };
  over = over || me == HOST
}

/* The host's watch over its threads: says that one is over, then closes its pipes. */
proctype Watch() {
  {
    over && stores[HOST].count == 0;
#ifdef WITHOUT_END_FIRST
    closed[HOST] = true;
#endif
    atomic {
      Touch(HOST);
      ended = true
    };
#ifndef WITHOUT_END_FIRST
    closed[HOST] = true
#endif
  } unless { dead[HOST] }
}

proctype Flush(bit side) {
end:
  do
  :: d_step { stores[side].count > 0 -> Commit(side) }
  od
}

/* Kills a process, or the host's thread, or nobody, at any moment. */
proctype Death() {
  if
  :: dead[CLIENT] = true
  :: dead[HOST] = true
  :: killed = true
  :: skip
  fi
}

init {
  atomic {
    run Flush(CLIENT);
    run Flush(HOST);
#ifndef WITHOUT_WATCH
    run Watch();
#endif
    run Death();
    run Side(CLIENT);
    run Side(HOST)
  }
}
