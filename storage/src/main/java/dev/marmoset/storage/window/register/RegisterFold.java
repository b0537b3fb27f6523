package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Conflict;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Retired;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes records in order and keeps what counts; the rules are [WindowState]'s. Changes only while its owner is built.
final class RegisterFold {
  final List<Part> parts = new ArrayList<>();
  final List<Commit> commits = new ArrayList<>();
  final List<Uploaded> uploads = new ArrayList<>();
  final List<Conflict> conflicts = new ArrayList<>();
  final Set<Ulid> uploaded = new HashSet<>();
  final Set<Ulid> replaced = new LinkedHashSet<>();
  final Set<Ulid> retired = new LinkedHashSet<>();
  CoveredPositions covered = CoveredPositions.NONE;
  @Nullable
  Claim lastClaim;
  boolean claimOpen;
  boolean closing;
  boolean closed;

  void add(RegisterRecord next) {
    closing |= next instanceof Claim claim && claim.closing()
        || next instanceof Commit commit && commit.edition().closing();
    if (!counts(next)) {
      return;
    }
    switch (next) {
      case Claim claim -> {
        lastClaim = claim;
        claimOpen = true;
      }
      case Part part -> {
        parts.add(part);
        covered = covered.union(part.span().to());
        claimOpen = false;
      }
      case Commit commit -> {
        commits.add(commit);
        replaced.addAll(commit.replaced());
        covered = covered.union(commit.span().to());
        closed = commit.edition().closing();
        claimOpen = false;
      }
      case Uploaded upload -> {
        uploads.add(upload);
        uploaded.add(upload.bucket());
      }
      case Conflict conflict -> conflicts.add(conflict);
      case Retired retirement -> retired.addAll(retirement.blocks());
    }
  }

  boolean counts(RegisterRecord next) {
    return switch (next) {
      case Claim _ -> !closed;
      case Part part -> isByClaimant(part) && commits.isEmpty();
      case Commit commit -> isByClaimant(commit) && !closed && isInSequence(commit);
      case Uploaded upload -> commits.stream().flatMap(commit -> commit.publication().stream())
          .anyMatch(block -> block.bucket().equals(upload.bucket()));
      case Conflict _,Retired _ -> !commits.isEmpty();
    };
  }

  private boolean isByClaimant(RegisterRecord next) {
    return lastClaim != null && lastClaim.author().equals(next.author());
  }

  /// Two patches of one number would be duplicates to Thanos, and one of them would be hidden.
  private boolean isInSequence(Commit commit) {
    return switch (commit.edition().kind()) {
      case FINAL, FIRST -> commits.isEmpty();
      case PATCH -> !commits.isEmpty() && commit.edition().k() == commits.size();
    };
  }
}
