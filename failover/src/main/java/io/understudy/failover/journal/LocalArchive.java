package io.understudy.failover.journal;

import io.understudy.topology.Archive;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pages as files, in one folder per group beside the journals of a {@link LocalJournal}, whose lock
 * keeps other processes away.
 *
 * @param folder the journals'
 */
public record LocalArchive(Path folder) implements Archive {
  private static final String SUFFIX = ".history";
  private static final String NUMBER = "[0-9]{1,18}";

  @Override
  public List<Long> pages(String group) throws IOException {
    Path of = folderOf(group);
    if (!Files.isDirectory(of)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(of)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(NUMBER))
          .map(Long::valueOf)
          .sorted()
          .toList();
    }
  }

  @Override
  public Optional<Page> read(String group, long number) throws IOException {
    try {
      return Optional.of(new Page(Files.readAllBytes(file(group, number)), 0));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String group, long number, byte[] bytes, int version) throws IOException {
    Files.createDirectories(folderOf(group));
    Path file = file(group, number);
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try (FileChannel out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(folderOf(group), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void remove(String group, long number) throws IOException {
    Files.deleteIfExists(file(group, number));
  }

  private Path folderOf(String group) {
    return folder.resolve(URLEncoder.encode(group, StandardCharsets.UTF_8) + SUFFIX);
  }

  private Path file(String group, long number) {
    return folderOf(group).resolve(Long.toString(number));
  }
}
