package dev.marmoset.storage.window.register;

import static dev.marmoset.storage.window.register.RegisterExamples.A;
import static dev.marmoset.storage.window.register.RegisterExamples.B;
import static dev.marmoset.storage.window.register.RegisterExamples.block;
import static dev.marmoset.storage.window.register.RegisterExamples.claim;
import static dev.marmoset.storage.window.register.RegisterExamples.commit;
import static dev.marmoset.storage.window.register.RegisterExamples.empty;
import static dev.marmoset.storage.window.register.RegisterExamples.fold;
import static dev.marmoset.storage.window.register.RegisterExamples.part;
import static dev.marmoset.storage.window.register.RegisterExamples.stamp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterRecord.Retired;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowStateTest {
  @Test
  void partOfTheClaimantCounts() {
    WindowState state = fold(claim(1, A, Purpose.PART, false), part(2, A, 2));
    assertThat(state.parts()).hasSize(1);
    assertThat(state.blocks()).containsExactly(block(2));
    assertThat(state.openClaim()).isEmpty();
    assertThat(state.covered().covers(new LogPosition(A, 2, 100))).isTrue();
    assertThat(state.covered().covers(new LogPosition(A, 2, 101))).isFalse();
    assertThat(state.isClosing()).isFalse();
  }

  @Test
  void partOrCommitOfASupersededClaimantDoesNotCount() {
    WindowState state =
        fold(claim(1, A, Purpose.FINAL, true), claim(2, B, Purpose.FINAL, true), part(3, A, 3),
            commit(4, A, Edition.FINAL));
    assertThat(state.parts()).isEmpty();
    assertThat(state.commits()).isEmpty();
    assertThat(state.openClaim().orElseThrow().author()).isEqualTo(B);
    assertThat(state.covered().positions()).isEmpty();
  }

  @Test
  void nothingIsRegisteredWithoutAClaim() {
    WindowState state = fold(part(1, A, 1), commit(2, A, Edition.FINAL));
    assertThat(state.parts()).isEmpty();
    assertThat(state.commits()).isEmpty();
    assertThat(state.isClosed()).isFalse();
  }

  @Test
  void afterAClosingCommitNothingChangesTheWindow() {
    WindowState state = fold(claim(1, A, Purpose.FINAL, true), commit(2, A, Edition.FINAL),
        claim(3, B, Purpose.FINAL, true), commit(4, B, Edition.FINAL), part(5, B, 5),
        commit(6, A, Edition.FINAL));
    assertThat(state.commits()).extracting(RegisterRecord::number).containsExactly(2L);
    assertThat(state.parts()).isEmpty();
    assertThat(state.isClosed()).isTrue();
    assertThat(state.mayClaim(_ -> true)).isFalse();
    assertThat(state.openClaim()).isEmpty();
  }

  @Test
  void firstCommitFixesTheMode() {
    WindowState patching = fold(claim(1, A, Purpose.PATCH, false), commit(2, A, Edition.FIRST));
    assertThat(patching.accepts(commit(3, A, Edition.FINAL))).isFalse();
    assertThat(patching.accepts(commit(3, A, Edition.FIRST))).isFalse();
    assertThat(patching.accepts(part(3, A, 3))).as("late samples become a patch").isFalse();
    assertThat(patching.accepts(commit(3, A, Edition.patch(1, false)))).isTrue();
  }

  @Test
  void patchesAreCountedWithoutGapOrRepetition() {
    WindowState state = fold(claim(1, A, Purpose.PATCH, false), commit(2, A, Edition.FIRST),
        commit(3, A, Edition.patch(1, false)), commit(4, A, Edition.patch(1, false)),
        commit(5, A, Edition.patch(3, false)), empty(6, A, Edition.patch(2, true)),
        commit(7, A, Edition.patch(3, false)));
    assertThat(state.commits()).extracting(RegisterRecord::number).containsExactly(2L, 3L, 6L);
    assertThat(state.isClosed()).isTrue();
    assertThat(state.blocks()).containsExactly(block(2), block(3));
  }

  @Test
  void commitReplacesPartsAndRetirementDropsBlocks() {
    WindowState state = fold(RegisterExamples.waiting().toArray(RegisterRecord[]::new));
    assertThat(state.parts()).isEmpty();
    assertThat(state.blocks()).isEmpty();
    assertThat(state.dropped()).containsExactlyInAnyOrder(block(2), block(4));
    assertThat(state.uploaded(block(904))).isPresent();
    assertThat(state.notUploaded()).isEmpty();
    assertThat(state.conflicts()).hasSize(1);
  }

  @Test
  void aPartThatBecomesTheFinalBlockIsNotDropped() {
    WindowState state =
        fold(claim(1, A, Purpose.PART, false), part(2, A, 3), claim(3, A, Purpose.FINAL, true),
            commit(4, A, Edition.FINAL));
    assertThat(state.blocks()).as("the commit's own directory and the part it did not replace")
        .containsExactly(block(4), block(3));
    assertThat(state.dropped()).as("what was replaced and is none of the window's").containsExactly(block(2));
    assertThat(state.notUploaded()).hasSize(1);
  }

  @Test
  void uploadOfAnUnknownBlockDoesNotCount() {
    WindowState state =
        fold(claim(1, A, Purpose.FINAL, true), new Uploaded(stamp(2, A), block(902), List.of()),
            commit(3, A, Edition.FINAL), new Uploaded(stamp(4, A), block(902), List.of()));
    assertThat(state.notUploaded()).hasSize(1);
    assertThat(state.uploaded(block(902))).isEmpty();
  }

  @Test
  void retirementBeforeACommitDoesNotCount() {
    WindowState state = fold(claim(1, A, Purpose.PART, false), part(2, A, 2),
        new Retired(stamp(3, A), List.of(block(2))));
    assertThat(state.blocks()).containsExactly(block(2));
  }

  @Test
  void aClosingClaimClosesForStartersEvenWhenItIsVoidOrSuperseded() {
    assertThat(fold(claim(1, A, Purpose.FINAL, true)).isClosing()).isTrue();
    assertThat(fold(claim(1, A, Purpose.FINAL, true), claim(2, B, Purpose.PART, false)).isClosing()).isTrue();
    assertThat(fold(claim(1, A, Purpose.FINAL, true)).isClosed()).isFalse();
  }

  @Test
  void onlyAVoidClaimMayBeSuperseded() {
    WindowState state = fold(claim(1, A, Purpose.PART, false));
    assertThat(state.mayClaim(_ -> false)).isFalse();
    assertThat(state.mayClaim(claim -> claim.author().equals(A))).isTrue();
    assertThat(fold(claim(1, A, Purpose.PART, false), part(2, A, 2)).mayClaim(_ -> false)).isTrue();
  }
}
