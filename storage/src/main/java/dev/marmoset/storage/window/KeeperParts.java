package dev.marmoset.storage.window;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;

/// What the pieces of the keeper share. All but the head, the logs and the stats are confined to the keeper's thread.
record KeeperParts(WindowOptions options, WindowLogs logs, WindowLedger ledger, Head head, BlockShelf shelf,
    BlockBuild build, PublicationPlan plan, Ulid incarnation, Clock clock, UlidGenerator ulids,
    WindowStats stats) {}
