package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what it is told. */
final class RecordingTarget implements ReplyTarget {
  final List<String> told = new ArrayList<>();
  final List<String> measured = new ArrayList<>();

  private static String text(ByteBuf bytes, int from, int length) {
    return bytes.toString(from, length, StandardCharsets.US_ASCII).replace("\r\n", ";");
  }

  private static String taken(@Nullable ByteBuf request) {
    if (request == null) {
      return "nothing";
    }
    String text = text(request, request.readerIndex(), request.readableBytes());
    request.release();
    return text;
  }

  @Override
  public void replies(ByteBuf bytes, int from, int length, int count) {
    told.add(count + " replies " + text(bytes, from, length));
  }

  @Override
  public void failed(String error) {
    told.add("failed " + error);
  }

  @Override
  public boolean measured(long tookNanos, int count, int mix) {
    measured.add(count + " in " + tookNanos);
    return false;
  }

  @Override
  public void piece(ByteBuf bytes, int from, int length, boolean last) {
    told.add("piece of " + length + (last ? ", the last" : ""));
  }

  @Override
  public void refused(
      @Nullable ByteBuf request, long arrivedNanos, ByteBuf reply, int from, int length) {
    told.add("refused " + taken(request) + " of " + arrivedNanos);
  }

  @Override
  public void unanswered(int count, boolean insideReply) {
    told.add(count + " unanswered" + (insideReply ? ", inside a reply" : ""));
  }

  @Override
  public void unsent(ByteBuf requests, int count, long arrivedNanos) {
    told.add(count + " unsent " + taken(requests) + " of " + arrivedNanos);
  }

  @Override
  public boolean isReceptive() {
    return true;
  }

  @Override
  public void resume() {
    told.add("resumed");
  }
}
