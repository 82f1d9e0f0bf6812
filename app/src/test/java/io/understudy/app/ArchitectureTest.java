package io.understudy.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The dependency rules of the whole program, checked on the classes that are built. */
@AnalyzeClasses(
    packages = "io.understudy",
    importOptions = {ImportOption.DoNotIncludeTests.class})
class ArchitectureTest {
  private static final String[] PURE = {
    "io.understudy.topology..",
    "io.understudy.failover.view..",
    "io.understudy.failover.agree..",
    "io.understudy.failover.decide..",
    "io.understudy.proxy.route..",
    "io.understudy.replication.stage..",
    "io.understudy.replication.rdb.."
  };

  /** Reading these would make a decision depend on something that was not passed in. */
  private static final Map<String, Set<String>> HIDDEN_INPUTS =
      Map.of(
          "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
          "java.lang.Math", Set.of("random"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"),
          "java.time.InstantSource", Set.of("system"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.util.concurrent.ThreadLocalRandom", Set.of("current"));

  /**
   * The entries, where a clock, a random and threads come from. Everything else is given what it
   * needs, and so can be run by a test under a clock of its own.
   */
  private static final Pattern DRIVERS =
      Pattern.compile(
          "io\\.understudy\\.(app\\.cli\\..*|app\\.wiring\\..*|testkit\\..*|bench\\..*"
              + "|failover\\.(Keeper|GroupKeeper|GroupMemory|link\\.HostResolver)(\\$.*)?"
              + "|zookeeper\\.(ZookeeperCoordinator|EmbeddedZookeeper)(\\$.*)?"
              + "|proxy\\.(ProxyServer|session\\.ClientRegistry)(\\$.*)?)");

  @ArchTest
  static final ArchRule topologyDependsOnNothing =
      classes()
          .that()
          .resideInAPackage("io.understudy.topology..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.understudy.topology..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule wireKnowsNoOtherModule =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.wire..")
          .should()
          .dependOnClassesThat(understudyOutside("io.understudy.wire"));

  @ArchTest
  static final ArchRule failoverAndProxyMeetOnlyInTopology =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.failover..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.proxy..", "io.understudy.replication..", "io.understudy.app..");

  @ArchTest
  static final ArchRule proxyAndFailoverMeetOnlyInTopology =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.proxy..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover..", "io.understudy.replication..", "io.understudy.app..");

  @ArchTest
  static final ArchRule replicationMeetsTheOthersOnlyInTopology =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.replication..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover..", "io.understudy.proxy..", "io.understudy.app..");

  @ArchTest
  static final ArchRule rdbStandsOnNothing =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.replication.rdb..")
          .should()
          .dependOnClassesThat(understudyOutside("io.understudy.replication.rdb"));

  @ArchTest
  static final ArchRule onlyOneModuleTouchesZookeeper =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.understudy.zookeeper..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..");

  @ArchTest
  static final ArchRule zookeeperKnowsThePortsAlone =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.zookeeper..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover..",
              "io.understudy.proxy..",
              "io.understudy.wire..",
              "io.understudy.app..");

  @ArchTest
  static final ArchRule nothingThatShipsDependsOnTestkit =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.understudy.topology..",
              "io.understudy.wire..",
              "io.understudy.failover..",
              "io.understudy.zookeeper..",
              "io.understudy.proxy..",
              "io.understudy.replication..",
              "io.understudy.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.understudy.testkit..");

  @ArchTest
  static final ArchRule decisionsDoNoInputOrOutput =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty..",
              "io.lettuce..",
              "reactor..",
              "org.slf4j..",
              "java.net..",
              "java.nio.channels..",
              "java.nio.file..");

  @ArchTest
  static final ArchRule decisionsHaveNoThreads =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.lang\\.Thread|java\\.util\\.concurrent\\.(?!TimeUnit|ThreadLocalRandom).*");

  @ArchTest
  static final ArchRule stagesOfFailoverLookBackOnly =
      noClasses()
          .that()
          .resideInAnyPackage("io.understudy.failover.view..", "io.understudy.failover.decide..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover.observe..",
              "io.understudy.failover.act..",
              "io.understudy.failover.publish..");

  @ArchTest
  static final ArchRule observersDoNotDecide =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.failover.observe..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover.decide..",
              "io.understudy.failover.act..",
              "io.understudy.failover.publish..");

  @ArchTest
  static final ArchRule routesKnowNoConnections =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.proxy.route..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.understudy.proxy.session..", "io.understudy.proxy.backend..");

  /** The RDB format is no part that runs: {@code app.rdb} reads files with it. */
  @ArchTest
  static final ArchRule onlyWiringPutsPartsTogether =
      noClasses()
          .that()
          .resideInAPackage("io.understudy.app..")
          .and()
          .resideOutsideOfPackage("io.understudy.app.wiring..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.understudy.failover..",
              "io.understudy.proxy..",
              "io.understudy.replication",
              "io.understudy.replication.source..",
              "io.understudy.replication.stage..",
              "io.understudy.replication.sink..",
              "io.netty..");

  @ArchTest
  static final ArchRule nothingHiddenIsRead =
      classes()
          .that(
              new DescribedPredicate<JavaClass>("are no drivers") {
                @Override
                public boolean test(JavaClass type) {
                  return !DRIVERS.matcher(type.getName()).matches();
                }
              })
          .should(
              new ArchCondition<JavaClass>("get clock, random and threads from outside") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    if (isHiddenInput(access)) {
                      events.add(SimpleConditionEvent.violated(access, access.getDescription()));
                    }
                  }
                }
              });

  @ArchTest
  static final ArchRule namesSayWhatThingsAre =
      noClasses()
          .should()
          .haveNameMatching(
              ".*(\\.|\\$)((Abstract|Base)[A-Z]\\w*|\\w*(Util|Utils|Helper|Manager|Impl|Common))");

  @ArchTest
  static final ArchRule packagesSayWhatTheyHold =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..", "..utils..", "..common..", "..manager..", "..helper..", "..impl..");

  @ArchTest
  static final ArchRule rolesArePrimaryAndReplica =
      members()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage("io.understudy..")
          .should(
              new ArchCondition<JavaMember>("be named in the words of this project") {
                @Override
                public void check(JavaMember member, ConditionEvents events) {
                  String name = member.getName();
                  if (name.matches("(?i).*(master|slave).*")) {
                    events.add(SimpleConditionEvent.violated(member, member.getDescription()));
                  }
                }
              });

  private static boolean isHiddenInput(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    if (name.equals("<init>")) {
      boolean unseeded =
          owner.equals("java.util.Random") && access.getTarget().getFullName().endsWith("<init>()");
      return owner.equals("java.lang.Thread") || unseeded;
    }
    return HIDDEN_INPUTS.getOrDefault(owner, Set.of()).contains(name);
  }

  private static DescribedPredicate<JavaClass> understudyOutside(String root) {
    return new DescribedPredicate<>("belong to another module") {
      @Override
      public boolean test(JavaClass type) {
        return type.getName().startsWith("io.understudy.") && !type.getName().startsWith(root);
      }
    };
  }
}
