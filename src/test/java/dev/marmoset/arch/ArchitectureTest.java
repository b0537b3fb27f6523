package dev.marmoset.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The layering of the house as bytecode shows it. docs/architecture.md explains the reasons.
class ArchitectureTest {
  private static final String ROOT = "dev.marmoset.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPaths(SourceTree.classDirectories());
  private static final JavaClasses WRITTEN_BY_HAND = CLASSES.that(not(resideInAPackage(ROOT + "proto..")));

  /// The packages of storage from the bottom up; the empty name is the contracts. Each may use what lies below it. Of one
  /// layer only the lowest packages may see each other: `head` and `block` are blind, and so are `index`, `log` and
  /// `objstore`.
  private static final List<List<String>> STORAGE_LAYERS = List.of(
      List.of("labels", "io", "json", "chunk"),
      List.of(""),
      List.of("index", "log", "objstore"),
      List.of("head", "block"),
      List.of("window"),
      List.of("upload"),
      List.of("replica"),
      List.of("tsdb"));

  /// A package or module below `dev.marmoset` and what else of ours it may use, as ArchUnit package patterns.
  record Place(String name, List<String> uses) {}

  /// A library and the only places that may know it, as ArchUnit package patterns.
  record Door(List<String> library, List<String> users) {}

  static Stream<Place> modules() {
    return Stream.of(
        new Place("proto", List.of()),
        new Place("storage", List.of()),
        new Place("ingest", List.of("proto", "storage")),
        new Place("query", List.of("storage")),
        new Place("storeapi", List.of("proto", "ingest", "query", "storage")),
        new Place("server", List.of("proto", "ingest", "query", "storeapi", "storage")));
  }

  static Stream<Place> storagePackages() {
    var below = new ArrayList<>(STORAGE_LAYERS.getFirst());
    var places = new ArrayList<Place>();
    for (List<String> layer : STORAGE_LAYERS) {
      layer.forEach(name -> places.add(new Place(name, List.copyOf(below))));
      below.addAll(layer);
    }
    return places.stream();
  }

  /// Packages inside a package and which of their siblings they may use. The package around them is on top.
  static Stream<Place> parts() {
    return Stream.of(
        new Place("storage.log.entry", List.of()),
        new Place("storage.log.column", List.of("storage.log.entry")),
        new Place("storage.log.record", List.of("storage.log.entry", "storage.log.column")),
        new Place("storage.log.read", List.of("storage.log.entry", "storage.log.record")),
        new Place("storage.head.scratch", List.of()),
        new Place("storage.head.series", List.of()),
        new Place("storage.head.beside", List.of()),
        new Place("storage.head.late", List.of("storage.head.scratch")),
        new Place("storage.head.window", List.of("storage.head.scratch", "storage.head.late")),
        new Place("storage.head.open", List.of("storage.head.scratch", "storage.head.window")),
        new Place("ingest.decode", List.of("ingest.wire", "ingest.body")),
        new Place("ingest.verdict", List.of("ingest.wire", "ingest.account", "ingest.decode")));
  }

  static Stream<Door> doors() {
    return Stream.of(
        new Door(List.of("org.roaringbitmap.."), List.of("storage.index..", "storage.head..")),
        new Door(List.of("net.openhft.."), List.of("storage.io..")),
        new Door(List.of("com.google.re2j.."), List.of("storage.labels..")),
        new Door(List.of("software.amazon.awssdk.."), List.of("storage.objstore..")),
        // server.cli is a client of the StoreAPI.
        new Door(List.of("com.google.protobuf.."),
            List.of("proto..", "ingest..", "storeapi..", "server.cli..")),
        new Door(List.of("io.grpc.."), List.of("proto..", "storeapi..", "server..")),
        new Door(List.of("org.xerial.snappy.."), List.of("ingest..", "storeapi..")),
        new Door(List.of("org.eclipse.jetty.."), List.of("server.http..")),
        new Door(List.of("picocli..", "org.snakeyaml.."),
            List.of("server.config..", "server.cli..", "server.yaml..")),
        new Door(List.of("at.favre.lib.."), List.of("server.auth..")),
        new Door(List.of("io.micrometer.prometheusmetrics..", "io.prometheus.."), List.of("server..")),
        new Door(List.of("ch.qos.logback.."), List.of("server..")));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void moduleUsesOnlyWhatItMay(Place module) {
    var allowed =
        Stream.concat(Stream.of(module.name()), module.uses().stream()).map(name -> ROOT + name + "..");
    classes().that().resideInAPackage(ROOT + module.name() + "..")
        .should().onlyDependOnClassesThat(foreignOr(allowed)).allowEmptyShould(true).check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("storagePackages")
  void storagePackageUsesOnlyThoseBelow(Place origin) {
    var allowed =
        Stream.concat(Stream.of(origin.name()), origin.uses().stream()).map(ArchitectureTest::storage);
    classes().that().resideInAPackage(storage(origin.name()))
        .should().onlyDependOnClassesThat(foreignOr(allowed)).allowEmptyShould(true).check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("parts")
  void partUsesOnlyItsSiblingsBelow(Place part) {
    var whole = ROOT + part.name().substring(0, part.name().lastIndexOf('.'));
    var allowed = Stream.concat(Stream.of(part.name()), part.uses().stream()).map(name -> ROOT + name + "..");
    noClasses().that().resideInAPackage(ROOT + part.name() + "..")
        .should().dependOnClassesThat(
            resideInAPackage(whole + "..").and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
        .check(CLASSES);
  }

  /// The parts of the head are guarded by its lock, which only the head itself takes.
  @Test
  void partsOfTheHeadAreUsedOnlyByTheHead() {
    noClasses().that().resideOutsideOfPackage(storage("head"))
        .should().dependOnClassesThat().resideInAPackage(ROOT + "storage.head.(*)..")
        .check(CLASSES);
  }

  @Test
  void everyPackageHasAPlaceInTheOrder() {
    var known = Stream.concat(storagePackages().map(at -> storage(at.name())),
        modules().map(Place::name).filter(name -> !name.equals("storage")).map(name -> ROOT + name + ".."));
    classes().should().resideInAnyPackage(known.toArray(String[]::new)).allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void everyPackageIsNamedForItsIdea() {
    noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..manager..",
        "..helper..", "..internal..").allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void readersAndWritersSeeOnlyTheContractsOfStorage() {
    var allowed =
        Stream.concat(Stream.of("proto..", "ingest..", "query..", "storeapi..").map(name -> ROOT + name),
            Stream.of("", "labels", "chunk").map(ArchitectureTest::storage));
    classes().that().resideInAnyPackage(ROOT + "ingest..", ROOT + "query..", ROOT + "storeapi..")
        .should().onlyDependOnClassesThat(foreignOr(allowed)).allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("dev.marmoset.(**)").should().beFreeOfCycles().allowEmptyShould(true)
        .check(WRITTEN_BY_HAND);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void libraryEntersThroughItsDoor(Door door) {
    noClasses().that().resideOutsideOfPackages(users(door))
        .should().dependOnClassesThat().resideInAnyPackage(door.library().toArray(String[]::new))
        .allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void noLibraryComesInWithoutADoor() {
    var known = Stream.concat(doors().flatMap(door -> door.library().stream()),
        Stream.of("java..", "javax..", "com.sun.management..", "dev.marmoset..", "org.slf4j..",
            "io.micrometer.core..",
            "org.jspecify.annotations..", "com.google.errorprone.annotations.."));
    classes().should().onlyDependOnClassesThat(resideInAnyPackage(known.toArray(String[]::new))
        .or(DescribedPredicate.describe("primitive", ArchitectureTest::isPrimitive)))
        .allowEmptyShould(true).check(WRITTEN_BY_HAND);
  }

  @Test
  void awsSdkStaysInTheS3Classes() {
    noClasses().that().haveNameNotMatching(".*\\.S3[A-Za-z]*(\\$.*)?")
        .should().dependOnClassesThat().resideInAPackage("software.amazon.awssdk..")
        .allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void filesAreOpenedAndMappedOnlyInStorageIo() {
    noClasses().that().resideOutsideOfPackage(storage("io"))
        .should().dependOnClassesThat(DescribedPredicate.describe("open or map files", Set.of(
            "java.nio.channels.FileChannel", "java.nio.channels.AsynchronousFileChannel",
            "java.nio.MappedByteBuffer",
            "java.io.RandomAccessFile", "java.io.FileOutputStream", "java.io.FileInputStream")::contains)
            .onResultOf(JavaClass::getName))
        .allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void staticFieldsNeverChange() {
    fields().that().areStatic().should(neverChange()).allowEmptyShould(true).check(WRITTEN_BY_HAND);
  }

  @Test
  void onlyTheServerReadsTheClock() {
    noClasses().that().resideOutsideOfPackage(ROOT + "server..")
        .should()
        .accessTargetWhere(DescribedPredicate.describe("reads the wall clock", ArchitectureTest::readsClock))
        .allowEmptyShould(true).check(WRITTEN_BY_HAND);
  }

  @Test
  void onlyTheServerReadsTheEnvironment() {
    noClasses().that().resideOutsideOfPackage(ROOT + "server..")
        .should().accessTargetWhere(calls(System.class, "getenv", "getProperty", "getProperties"))
        .allowEmptyShould(true).check(WRITTEN_BY_HAND);
  }

  @Test
  void onlyMarmosetEndsTheProcess() {
    noClasses().that().doNotHaveFullyQualifiedName(ROOT + "server.Marmoset")
        .should().accessTargetWhere(calls(System.class, "exit").or(calls(Runtime.class, "exit", "halt")))
        .allowEmptyShould(true).check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> foreignOr(Stream<String> packages) {
    return not(resideInAPackage("dev.marmoset..")).or(resideInAnyPackage(packages.toArray(String[]::new)));
  }

  private static String[] users(Door door) {
    return door.users().stream().map(name -> ROOT + name).toArray(String[]::new);
  }

  /// A package of storage with what lies in it; the contracts alone for the empty name.
  private static String storage(String name) {
    return ROOT + (name.isEmpty() ? "storage" : "storage." + name + "..");
  }

  private static boolean isPrimitive(JavaClass type) {
    return type.getBaseComponentType().isPrimitive();
  }

  private static DescribedPredicate<JavaAccess<?>> calls(Class<?> owner, String... names) {
    return DescribedPredicate.describe("calls " + owner.getSimpleName() + "." + String.join("/", names),
        access -> access.getTargetOwner().isEquivalentTo(owner)
            && Arrays.asList(names).contains(access.getTarget().getName()));
  }

  /// Everything of `java.time` with a no-argument `now`, the system clocks, and the two counters of `System`.
  private static boolean readsClock(JavaAccess<?> access) {
    var owner = access.getTargetOwner().getName();
    var name = access.getTarget().getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("currentTimeMillis") || name.equals("nanoTime");
      case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
      case "java.util.Date" -> name.equals("<init>") && hasNoParameters(access);
      default -> owner.startsWith("java.time.") && name.equals("now") && hasNoParameters(access);
    };
  }

  private static boolean hasNoParameters(JavaAccess<?> access) {
    return access.getTarget().getFullName().endsWith("()");
  }

  /// Final is not enough: an atomic or a mutable collection in a static field is state as well. Constant tables are
  /// arrays; they must be private, so that one file shows that nobody writes them.
  private static ArchCondition<JavaField> neverChange() {
    return new ArchCondition<>("never change") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        if (field.getModifiers().contains(JavaModifier.SYNTHETIC)) {
          return;
        }
        var type = field.getRawType();
        boolean arrayInView = type.isArray() && !field.getModifiers().contains(JavaModifier.PRIVATE);
        boolean changes =
            !field.getModifiers().contains(JavaModifier.FINAL) || arrayInView || isMutable(type);
        events.add(
            new SimpleConditionEvent(field, !changes, field.getFullName() + " is static and can change in "
                + field.getSourceCodeLocation()));
      }
    };
  }

  private static boolean isMutable(JavaClass type) {
    var name = type.getName();
    return name.startsWith("java.util.concurrent.") && !name.equals("java.util.concurrent.TimeUnit")
        || type.isAssignableTo(ThreadLocal.class) || type.isAssignableTo(StringBuilder.class)
        || type.isAssignableTo("java.util.AbstractCollection") || type.isAssignableTo("java.util.AbstractMap")
        || type.isAssignableTo(java.util.BitSet.class) || type.isAssignableTo(java.util.Random.class)
        || type.isAssignableTo(java.nio.Buffer.class);
  }
}
