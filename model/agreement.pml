/*
 * Epoch, journal and leases: a model of how keepers that agree through ZooKeeper replace a primary
 * while proxies serve it. model/check searches all of its states with Spin, and shows that each
 * safeguard left out (a mutant) is missed.
 *
 * What is modelled: two keepers, neither of which knows whether it leads: each may be slow or stop
 * between any two steps, and what it does then rests on what it read long ago. A decision that the primary is lost may be wrong at any time: every old
 * primary lives on and takes writes. An order that was sent arrives whenever it likes, or never,
 * whatever became of its sender. Proxies renew their leases or do not, and a write that was
 * forwarded is executed and answered at any later time.
 *
 * What is assumed: ZooKeeper's saves are atomic and in order. A lease is over for its holder before
 * it is over for the others (clocks differ by less than the margin).
 *
 * Mutants, each a name to define: NO_WATCH, NO_WAIT, NO_CAS, NO_REPLY_CHECK, LATE_ROLLBACK.
 */

#ifndef NODES
#define NODES 3
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef SAVES
#define SAVES 7 /* so many changes of the journal are looked at */
#endif
#ifndef PENDING
#define PENDING 1 /* orders of one keeper that are on their way */
#endif
#define PROXIES 1 /* others would behave alike: what one may have told is assumed told */
#define NONE 15

mtype = { STEADY, INTENT, WITHDRAWN, SENT }; /* the journal's steps */
mtype = { PROMOTE, ATTACH };                 /* orders */

/* The ensemble: journal, publication, leases. */
mtype step = STEADY;
byte saves;            /* the journal's version */
byte epoch = 1;        /* of the reign, or of the operation */
byte before = NONE;    /* the primary that an operation may still go back to */
byte target = NONE;
byte published = 1;    /* the epoch that is published */
byte publication;      /* its number */
byte primary;          /* the node that is published; NONE while there is none */
bool proxyLease[PROXIES];   /* as its holder sees it */
bool proxyAlive[PROXIES];   /* as the ensemble sees it */
byte noted[PROXIES];        /* the publication that a proxy says it follows */

/* The servers. */
bool isPrimary[NODES];
byte mark[NODES];                /* {understudy}:epoch */
byte promoted[EPOCHS + 1];       /* which node became primary in an epoch */
chan orders0 = [PENDING] of { mtype, byte, byte, byte }; /* kind, node, the mark it watches, epoch */
chan orders1 = [PENDING] of { mtype, byte, byte, byte };

inline publish(number, node) {
  assert(number >= published); /* I2: what is published never goes back */
  published = number;
  primary = node;
  publication++
}

inline rest(number) {
  epoch = number; target = NONE; before = NONE; step = STEADY; saves++
}

/* A node gets an order. One that was sent to it runs whenever it runs. */
inline obey(kind, node, watched, number) {
  if
#ifdef NO_WATCH
  :: true ->
#else
  :: mark[node] == watched ->
#endif
    if
    :: kind == PROMOTE ->
      /* One node for each epoch. */
      assert(promoted[number] == NONE || promoted[number] == node);
      promoted[number] = node;
      isPrimary[node] = true;
      mark[node] = number
    :: kind == ATTACH ->
      /* I3: no late order takes the primary away that is published. */
      assert(!(isPrimary[node] && node == primary && mark[node] == published));
      isPrimary[node] = false;
      if
      :: primary != NONE && primary != node -> mark[node] = mark[primary]
      :: else
      fi
    fi
#ifndef NO_WATCH
  :: else
#endif
  fi
}

proctype Servers() {
  mtype kind; byte node, watched, number;
  do
  :: d_step { orders0 ? kind, node, watched, number -> obey(kind, node, watched, number) }
  :: d_step { orders1 ? kind, node, watched, number -> obey(kind, node, watched, number) }
  :: d_step { orders0 ? kind, node, watched, number -> kind = 0 } /* it is lost on its way */
  od
}

#ifdef NO_CAS
#define UNCHANGED true
#else
#define UNCHANGED (saves == seen)
#endif

proctype Keeper(chan orders) {
  byte seen, node, watched, p, number, chosen, old;
  mtype at;
  do
  :: d_step { saves < SAVES ->
      /* It reads the journal, and goes on with what it read, however late. */
      seen = saves; at = step; number = epoch; chosen = target; old = before };
    if
    :: at == STEADY && number < EPOCHS ->
      /* The primary is thought to be lost, rightly or not. */
      select(node : 0 .. NODES - 1);
      p = 0;
      d_step {
        if
        :: UNCHANGED && node != primary ->
          before = primary; target = node; epoch = number + 1; step = INTENT; saves++
        :: else
        fi;
        node = 0 }
    :: at == STEADY ->
      /* A usurper or a stray is attached; its mark is read now, and the order arrives later. */
      select(node : 0 .. NODES - 1);
      p = 0;
      watched = mark[node];
      if
      :: atomic { node != primary && primary != NONE && nfull(orders) ->
          orders ! ATTACH, node, watched, number }
      :: true
      fi;
      d_step { node = 0; watched = 0 }
    :: at == INTENT ->
      d_step {
        if
        :: UNCHANGED -> publish(published, NONE); step = WITHDRAWN; saves++
        :: else
        fi }
    :: at == WITHDRAWN ->
      /* Called off: legal while no promotion may have been sent. */
      d_step {
        if
        :: UNCHANGED && old != NONE -> publish(published, old); rest(published)
        :: else
        fi }
    :: at == WITHDRAWN ->
#ifndef NO_WAIT
      p = 0;
      do
      :: p < PROXIES && (noted[p] == publication || !proxyAlive[p]) -> p++
      :: p < PROXIES -> break /* not yet: it looks at everything again */
      :: p == PROXIES -> break
      od;
#else
      p = PROXIES;
#endif
      if
      :: p == PROXIES ->
        watched = mark[chosen];
        /* Durable before it is sent. */
        if
        :: d_step { UNCHANGED -> step = SENT; old = NONE; before = NONE; saves++ };
          if
          :: atomic { nfull(orders) -> orders ! PROMOTE, chosen, watched, number }
          :: true /* it stops before it sends */
          fi
        :: !UNCHANGED
        fi
      :: p < PROXIES
      fi;
      d_step { p = 0; watched = 0 }
    :: at == SENT ->
      if
      :: d_step { UNCHANGED && isPrimary[chosen] && mark[chosen] == number ->
          publish(number, chosen); rest(number) }
      :: d_step { UNCHANGED && number < EPOCHS ->
          /* The candidate does not answer: the next one, in an epoch of its own. */
          target = (chosen + 1) % NODES; epoch = number + 1; step = WITHDRAWN; saves++ }
#ifdef LATE_ROLLBACK
      :: d_step { UNCHANGED -> publish(published, promoted[published]); rest(published) }
#endif
      :: true
      fi
    fi;
    d_step { seen = 0; at = 0; number = 0; chosen = 0; old = 0 }
  od
}

proctype Proxy(byte me) {
  byte follows = NONE; byte number, known; /* what it acts on */
  byte asked = NONE; byte askedNumber, askedKnown; bool executed; /* a write that is under way */
  do
  :: d_step { /* It renews its lease, and notes the publication in the same transaction. */
      number = published; follows = primary; known = publication;
      noted[me] = publication; proxyLease[me] = true; proxyAlive[me] = true }
  :: d_step { proxyLease[me] -> proxyLease[me] = false }
  :: d_step { proxyAlive[me] && !proxyLease[me] -> proxyAlive[me] = false }
  :: d_step { asked == NONE && proxyLease[me] && follows != NONE ->
      asked = follows; askedNumber = number; askedKnown = known }
  :: d_step { asked != NONE && !executed && isPrimary[asked] -> executed = true }
  :: d_step { asked != NONE ->
      if
#ifdef NO_REPLY_CHECK
      :: executed ->
#else
      :: executed && proxyLease[me] && askedKnown == known ->
#endif
        /* I1: nobody is told of a write at one node once a newer one is published, where another
           proxy may have told somebody of a write already. */
        assert(askedNumber >= published)
      :: else /* the outcome is unknown, and the client is told so */
      fi;
      executed = false; asked = NONE; askedNumber = 0; askedKnown = 0 }
  od
}

init {
  byte i;
  d_step {
    do
    :: i <= EPOCHS -> promoted[i] = NONE; i++
    :: else -> break
    od;
    promoted[1] = 0;
    isPrimary[0] = true;
    i = 0;
    do
    :: i < NODES -> mark[i] = 1; i++
    :: else -> break
    od;
    i = 0
  };
  atomic { run Servers(); run Keeper(orders0); run Keeper(orders1); run Proxy(0)
  }
}
