package dev.holdfast.engine.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.engine.delivery.DeliveryCommand.CancelSession;
import dev.holdfast.engine.delivery.DeliveryCommand.Comment;
import dev.holdfast.engine.delivery.DeliveryCommand.CommitHead;
import dev.holdfast.engine.delivery.DeliveryCommand.Cut;
import dev.holdfast.engine.delivery.DeliveryCommand.EndCleanly;
import dev.holdfast.engine.delivery.DeliveryCommand.EndEmpty;
import dev.holdfast.engine.delivery.DeliveryCommand.EndWithError;
import dev.holdfast.engine.delivery.DeliveryCommand.ForgetOrphan;
import dev.holdfast.engine.delivery.DeliveryCommand.NoteOrphan;
import dev.holdfast.engine.delivery.DeliveryCommand.Refuse;
import dev.holdfast.engine.delivery.DeliveryCommand.RefuseCursor;
import dev.holdfast.engine.delivery.DeliveryCommand.Send;
import dev.holdfast.engine.delivery.DeliveryCommand.SendBody;
import dev.holdfast.engine.delivery.DeliveryCommand.TurnAway;
import dev.holdfast.engine.delivery.DeliverySettings.OnDisconnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeliveryTest {
  @RegisterExtension final Readers readers = new Readers();

  // ---- the head

  @Test
  void head_isCommittedWithTheFirstEvent() {
    readers.attach(1, 0);
    assertThat(readers.told()).isEmpty();

    readers.emit(2);

    assertThat(readers.told()).containsExactly(new CommitHead(1), new Send(1, 0, 2));
  }

  @Test
  void head_withoutAnEvent_isCommittedAfterTenSeconds() {
    readers.attach(1, 0).afterSeconds(9);
    assertThat(readers.told()).isEmpty();

    readers.afterSeconds(1);

    assertThat(readers.told()).containsExactly(new CommitHead(1), new Comment(1));
  }

  @Test
  void head_ofTwoReaders_isCommittedTenSecondsAfterEachOnesArrival() {
    readers.attach(1, 0).afterSeconds(4).attach(2, 0);

    readers.afterSeconds(9);
    assertThat(readers.news()).containsExactly(new CommitHead(1), new Comment(1));
    readers.afterSeconds(1);

    assertThat(readers.news()).containsExactly(new CommitHead(2), new Comment(2));
  }

  @Test
  void failure_beforeTheHead_isAStatus() {
    readers.attach(1, 0).fail();

    assertThat(readers.told()).singleElement().isInstanceOf(Refuse.class);
  }

  @Test
  void failure_afterTheHead_isAnErrorAndACut() {
    readers.attach(1, 0).afterSeconds(10).news();

    readers.fail();

    assertThat(readers.told()).singleElement().isInstanceOf(EndWithError.class);
  }

  // ---- comments

  @Test
  void comment_everyFifteenSecondsOfSilence() {
    readers.attach(1, 0).emit(1).news();

    readers.afterSeconds(14);
    assertThat(readers.news()).isEmpty();
    readers.afterSeconds(1);
    assertThat(readers.news()).containsExactly(new Comment(1));
    readers.afterSeconds(15);
    assertThat(readers.news()).containsExactly(new Comment(1));
  }

  @Test
  void comment_isPutOffByEvents() {
    readers.attach(1, 0).emit(1).afterSeconds(14).emit(2).news();

    readers.afterSeconds(14);
    assertThat(readers.news()).isEmpty();
    readers.afterSeconds(1);

    assertThat(readers.news()).containsExactly(new Comment(1));
  }

  @Test
  void comment_toOneWhoWaitsForABody_isNone() {
    readers.attach(1, 0, false, false).afterSeconds(100);

    assertThat(readers.told()).isEmpty();
  }

  // ---- blocked readers

  @Test
  void blocked_reader_fallsBehindAndCatchesUpWhenItDrains() {
    readers.attach(1, 0).block(1).emit(1).emit(5).news();

    readers.emit(9);
    assertThat(readers.news()).isEmpty();
    readers.drain(1);

    assertThat(readers.news()).containsExactly(new Send(1, 1, 9));
  }

  @Test
  void blocked_reader_doesNotSlowAnother() {
    readers.attach(1, 0).attach(2, 0).block(1).emit(1).news();

    readers.emit(2);

    assertThat(readers.news()).containsExactly(new Send(2, 1, 2));
  }

  @Test
  void blocked_forAMinute_isCut() {
    readers.attach(1, 0).block(1).emit(1).afterSeconds(59).news();
    assertThat(readers.reading()).isEqualTo(1);

    readers.afterSeconds(1);

    assertThat(readers.news()).containsExactly(new Cut(1));
    assertThat(readers.reading()).isZero();
  }

  @Test
  void blocked_thatDrainsInTime_isNotCut() {
    readers.attach(1, 0).block(1).emit(1).afterSeconds(59).drain(1).news();

    readers.afterSeconds(200);

    assertThat(readers.reading()).isEqualTo(1);
  }

  @Test
  void blocked_thatDrains_isToldAtOnceThatWeAreStillHere() {
    readers.attach(1, 0).block(1).emit(1).afterSeconds(30);
    assertThat(readers.news()).doesNotContain(new Comment(1));

    readers.drain(1).afterSeconds(1);
    assertThat(readers.news()).containsExactly(new Comment(1));
    readers.afterSeconds(15);

    assertThat(readers.news()).containsExactly(new Comment(1));
  }

  @Test
  void blocked_whenTheSessionEnds_endsAfterItHasAll() {
    readers.attach(1, 0).block(1).emit(1).emit(2).complete().news();

    readers.drain(1);

    assertThat(readers.news()).containsExactly(new Send(1, 1, 2), new EndCleanly(1));
  }

  /** It may have drained long ago: we were the ones who did not look. */
  @Test
  void blocked_whileOurProcessStoodStill_isNotCut() {
    readers.attach(1, 0).block(1).emit(1).news();

    readers.stoppedForSeconds(90);
    assertThat(readers.news()).isEmpty();
    readers.afterSeconds(60);

    assertThat(readers.news()).containsExactly(new Cut(1));
  }

  /** How late the deadline is tells nothing, if the stop began long before it. */
  @Test
  void blocked_whileOurProcessStoodStillUntilJustTheDeadline_isHeardFirst() {
    readers.attach(1, 0).block(1).emit(1).news();

    readers.stoppedForSeconds(60).drain(1).afterSeconds(2);

    assertThat(readers.reading()).isEqualTo(1);
  }

  @Test
  void left_whileOurProcessStoodStillUntilJustTheDeadline_mayComeBack() {
    readers.attach(1, 0).emit(1).leave(1).news();

    readers.stoppedForSeconds(15).attach(2, 1).afterSeconds(2);

    assertThat(readers.told()).noneMatch(CancelSession.class::isInstance);
  }

  @Test
  void left_whileOurProcessStoodStill_isNotCancelledAtOnce() {
    readers.attach(1, 0).emit(1).leave(1).news();

    readers.stoppedForSeconds(40).afterSeconds(14);
    assertThat(readers.news()).isEmpty();
    readers.afterSeconds(1);

    assertThat(readers.news()).singleElement().isInstanceOf(CancelSession.class);
  }

  @Test
  void blocked_whenTheSessionEnds_isCutAfterAMinuteAsWell() {
    readers.attach(1, 0).block(1).emit(1).emit(2).complete().news();

    readers.afterSeconds(60);

    assertThat(readers.news()).containsExactly(new Cut(1));
  }

  @Test
  void sent_inPart_goesOnFromThere() {
    var delivery = new Delivery(DeliverySettings.DEFAULTS);
    delivery.accept(new DeliveryFact.ReaderAttached(1, 1, 0, ReaderKind.ANSWER, false));
    delivery.accept(new DeliveryFact.Emitted(2, 9));
    while (delivery.poll() != null) {
      // Only what follows is of interest.
    }

    delivery.accept(new DeliveryFact.Sent(3, 1, 4, true));

    assertThat(delivery.poll()).isEqualTo(new Send(1, 4, 9));
  }

  // ---- ends

  @Test
  void end_ofAWholeAnswer_isCleanWhenAllIsRead() {
    readers.attach(1, 0).emit(3).complete();

    assertThat(readers.told())
        .containsExactly(new CommitHead(1), new Send(1, 0, 3), new EndCleanly(1));
  }

  @Test
  void end_ofAFailedAnswer_isAnErrorAfterAllEvents() {
    readers.attach(1, 0).block(1).emit(1).emit(3).fail().news();

    readers.drain(1);

    assertThat(readers.news()).hasSize(2).first().isEqualTo(new Send(1, 1, 3));
  }

  @Test
  void body_ofAWholeAnswer_isSentAsOne() {
    readers.attach(1, 0, false, false).body("{}").complete();

    assertThat(readers.told()).singleElement().isInstanceOf(SendBody.class);
  }

  @Test
  void body_ofAFailedAnswer_isAStatus() {
    readers.attach(1, 0, false, false).afterSeconds(30).fail();

    assertThat(readers.told()).singleElement().isInstanceOf(Refuse.class);
  }

  // ---- late readers

  @Test
  void late_reader_getsTheRestAndFollows() {
    readers.attach(1, 0).emit(5).news();

    readers.attach(2, 3);
    assertThat(readers.news()).containsExactly(new CommitHead(2), new Send(2, 3, 5));
    readers.emit(6);

    assertThat(readers.news()).containsExactly(new Send(1, 5, 6), new Send(2, 5, 6));
  }

  @Test
  void late_readerOfAnAnswerThatIsWhole_getsItAll() {
    readers.attach(1, 0).emit(5).complete().news();

    readers.attach(2, 0);

    assertThat(readers.news())
        .containsExactly(new CommitHead(2), new Send(2, 0, 5), new EndCleanly(2));
  }

  @Test
  void late_readerOfAFailedAnswerWithAllInHand_isToldTheError() {
    readers.attach(1, 0).emit(5).fail().news();

    readers.attach(2, 5);

    assertThat(readers.news()).hasSize(2).first().isEqualTo(new CommitHead(2));
    assertThat(readers.reading()).isZero();
  }

  @Test
  void late_readerOfAWholeAnswerWithAllInHand_getsItsEndAlone() {
    readers.attach(1, 0).emit(5).complete().news();

    readers.attach(2, 5);

    assertThat(readers.news()).containsExactly(new CommitHead(2), new EndCleanly(2));
  }

  @Test
  void late_readerForABody_getsIt() {
    readers.attach(1, 0, false, false).body("{}").complete().news();

    readers.attach(2, 0, false, false);

    assertThat(readers.news()).singleElement().isInstanceOf(SendBody.class);
  }

  // ---- readers that come back

  @Test
  void comingBack_toALiveSession_getsItsHeadAtOnceAndThenTheRest() {
    readers.attach(1, 0).emit(5).news();

    readers.comeBack(2, 5);
    assertThat(readers.news()).containsExactly(new CommitHead(2));
    readers.emit(6);

    assertThat(readers.news()).contains(new Send(2, 5, 6));
  }

  @Test
  void comingBack_withTheWholeInHand_isAnEmptyAnswer() {
    readers.attach(1, 0).emit(5).complete().news();

    readers.comeBack(2, 5).comeBack(3, 99);

    assertThat(readers.news()).containsExactly(new EndEmpty(2), new EndEmpty(3));
  }

  @Test
  void comingBack_toAWholeAnswerFromEveryCursor_getsTheRestOfIt() {
    readers.attach(1, 0).emit(5).complete().news();

    for (int after = 0; after < 5; after++) {
      readers.comeBack(after + 2, after);

      assertThat(readers.news())
          .containsExactly(
              new CommitHead(after + 2), new Send(after + 2, after, 5), new EndCleanly(after + 2));
    }
  }

  @Test
  void comingBack_toAFailureWithNothingToSee_isToldOnTheStream() {
    readers.attach(1, 0).fail().news();

    readers.comeBack(2, 0).comeBack(3, 7);

    assertThat(readers.news())
        .hasSize(4)
        .contains(new CommitHead(2), new CommitHead(3))
        .hasAtLeastOneElementOfType(EndWithError.class);
  }

  @Test
  void comingBack_withACursorThatWasNeverGivenOut_isRefused() {
    readers.attach(1, 0).emit(5).news();

    readers.comeBack(2, 6);

    assertThat(readers.news()).containsExactly(new RefuseCursor(2, 5));
    assertThat(readers.reading()).isEqualTo(1);
  }

  @Test
  void reader_beyondTheCap_isTurnedAwayUntilOneLeaves() {
    readers.with(settings(OnDisconnect.AUTO, 2)).attach(1, 0).attach(2, 0);

    readers.attach(3, 0);
    assertThat(readers.news()).containsExactly(new TurnAway(3));
    readers.leave(1).attach(4, 0);

    assertThat(readers.reading()).isEqualTo(2);
  }

  // ---- the process leaves

  @Test
  void leaving_tellsWhoIsBehindAndCutsIt() {
    readers.attach(1, 0).block(1).emit(1).emit(9).complete().news();

    readers.leaving();

    assertThat(readers.news()).singleElement().isInstanceOf(EndWithError.class);
  }

  @Test
  void leaving_beforeTheHead_isAStatus() {
    readers.attach(1, 0).attach(2, 0, false, false);

    readers.leaving();

    assertThat(readers.news()).hasSize(2).hasOnlyElementsOfType(Refuse.class);
  }

  // ---- orphans

  @Test
  void orphan_thatIsReadAgain_isForgotten() {
    readers.attach(1, 0, true, true).emit(1).leave(1);
    assertThat(readers.news()).endsWith(new NoteOrphan());

    readers.comeBack(2, 1);

    assertThat(readers.news()).containsExactly(new ForgetOrphan(), new CommitHead(2));
  }

  @Test
  void orphan_thatIsOver_isForgotten() {
    readers.attach(1, 0, true, true).emit(1).leave(1).news();

    readers.complete();

    assertThat(readers.news()).containsExactly(new ForgetOrphan());
  }

  @Test
  void orphans_beyondTheCap_giveUpTheOldestOfTheirOwner() {
    var orphans = new Orphans(2);
    assertThat(orphans.note("a", "1")).isEmpty();
    assertThat(orphans.note("a", "2")).isEmpty();
    assertThat(orphans.note("b", "3")).isEmpty();

    assertThat(orphans.note("a", "4")).contains("1");
    orphans.forget("a", "2");
    orphans.forget("a", "never noted");

    assertThat(orphans.count("a")).isEqualTo(1);
    assertThat(orphans.count("b")).isEqualTo(1);
    assertThat(orphans.note("a", "5")).isEmpty();
  }

  // ---- nobody reads

  @Test
  void left_byTheLastReader_isCancelledAfterFifteenSeconds() {
    readers.attach(1, 0).emit(1).leave(1).news();

    readers.afterSeconds(14);
    assertThat(readers.news()).isEmpty();
    readers.afterSeconds(1);

    assertThat(readers.news()).singleElement().isInstanceOf(CancelSession.class);
    readers.afterSeconds(1_000);
    assertThat(readers.news()).isEmpty();
  }

  @Test
  void left_byOneWhoCanComeBack_isCancelledAfterFiveMinutes() {
    readers.attach(1, 0, true, true).leave(1).afterSeconds(299);
    assertThat(readers.news()).containsExactly(new NoteOrphan());

    readers.afterSeconds(1);

    assertThat(readers.told()).singleElement().isInstanceOf(CancelSession.class);
  }

  @Test
  void left_byOneWhoWaitedForABody_isCancelledAfterFifteenSeconds() {
    readers.attach(1, 0, false, false).leave(1);

    readers.afterSeconds(15);

    assertThat(readers.told()).singleElement().isInstanceOf(CancelSession.class);
  }

  @Test
  void left_andComeBack_goesOn() {
    readers.attach(1, 0).emit(1).leave(1).afterSeconds(10).attach(2, 1).news();

    readers.afterSeconds(10);

    assertThat(readers.news()).doesNotHaveAnyElementsOfTypes(CancelSession.class);
  }

  @Test
  void left_byOneOfTwo_goesOn() {
    readers.attach(1, 0).attach(2, 0).emit(1).leave(1).news();

    readers.afterSeconds(1_000);

    assertThat(readers.news()).doesNotHaveAnyElementsOfTypes(CancelSession.class);
  }

  @Test
  void left_inAnyOrder_leavesTheOthersReading() {
    for (int reader = 1; reader <= 7; reader++) {
      readers.attach(reader, 0);
    }

    readers.leave(1).leave(4).leave(6).leave(7).leave(3).news();
    readers.emit(1);

    assertThat(readers.news())
        .containsExactly(
            new CommitHead(2), new Send(2, 0, 1), new CommitHead(5), new Send(5, 0, 1));
    assertThat(readers.reading()).isEqualTo(2);
  }

  @Test
  void left_byAReaderThatWasCut_isCancelledToo() {
    readers.attach(1, 0).block(1).emit(1).afterSeconds(60).news();

    readers.afterSeconds(15);

    assertThat(readers.news()).singleElement().isInstanceOf(CancelSession.class);
  }

  @Test
  void left_afterTheEnd_isNothing() {
    readers.attach(1, 0).emit(1).complete().news();

    readers.afterSeconds(1_000);

    assertThat(readers.news()).isEmpty();
  }

  @Test
  void notYetRead_isNotCancelled() {
    readers.emit(1).afterSeconds(1_000);

    assertThat(readers.told()).isEmpty();
  }

  private static DeliverySettings settings(OnDisconnect how) {
    return settings(how, DeliverySettings.DEFAULTS.readersMax());
  }

  private static DeliverySettings settings(OnDisconnect how, int readersMax) {
    var usual = DeliverySettings.DEFAULTS;
    return new DeliverySettings(
        usual.commitAfter(),
        usual.commentEvery(),
        usual.stuckAfter(),
        usual.goneAfter(),
        usual.orphanAfter(),
        how,
        readersMax);
  }

  @Test
  void onDisconnect_continue_waitsForAnyone() {
    readers.with(settings(OnDisconnect.CONTINUE)).attach(1, 0).leave(1).afterSeconds(299);
    assertThat(readers.news()).containsExactly(new NoteOrphan());

    readers.afterSeconds(1);

    assertThat(readers.told()).singleElement().isInstanceOf(CancelSession.class);
  }

  @Test
  void onDisconnect_cancel_waitsForNobody() {
    readers.with(settings(OnDisconnect.CANCEL)).attach(1, 0, true, true).leave(1);

    readers.afterSeconds(15);

    assertThat(readers.told()).hasSize(1);
  }

  // ---- facts out of place

  @Test
  void attached_underANumberThatWasUsed_isRefused() {
    var delivery = new Delivery(DeliverySettings.DEFAULTS);
    delivery.accept(new DeliveryFact.ReaderAttached(1, 2, 0, ReaderKind.ANSWER, false));

    for (int used = 1; used <= 2; used++) {
      var again = new DeliveryFact.ReaderAttached(1, used, 0, ReaderKind.ANSWER, false);
      assertThatIllegalArgumentException().isThrownBy(() -> delivery.accept(again));
    }
    assertThat(delivery.readers()).isEqualTo(1);
  }

  @Test
  void facts_ofReadersThatAreGone_areNothing() {
    readers.attach(1, 0).emit(1).leave(1).news();

    readers.tell(new DeliveryFact.Sent(2_000_000_000L, 1, 1, true));
    readers.tell(new DeliveryFact.Drained(2_000_000_000L, 1));
    readers.tell(new DeliveryFact.ReaderLeft(2_000_000_000L, 1));
    readers.tell(new DeliveryFact.DeadlinePassed(2_000_000_000L, 999));

    assertThat(readers.news()).isEmpty();
  }
}
