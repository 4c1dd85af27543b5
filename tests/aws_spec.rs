//! What plans rely on: the smallest that holds, the near ones where none does, nothing guessed.

#![allow(clippy::unwrap_used)]

use pathc::ir::choice::DatastoreKind;
use pathc::ir::value::{Cpu, Decimal, Size};
use pathc::source::{Scalar, Sources};
use pathc::spec::Specs;
use pathc::spec::aws::{AwsSpec, Charge, Family, Hourly, NameKind};

fn spec() -> AwsSpec {
    Specs::load(&mut Sources::default()).0.unwrap().aws
}

fn cpu(text: &str) -> Option<Cpu> {
    Cpu::read(text).ok()
}

fn size(text: &str) -> Option<Size> {
    Size::read(text).ok()
}

#[test]
fn a_request_picks_the_smallest_class_that_holds_it() {
    let spec = spec();
    let pick = |family, cpu, memory, burstable| match spec.classes.smallest(family, cpu, memory, burstable) {
        Ok(class) => class.name.value.clone(),
        Err(near) => near.largest.iter().map(|class| class.name.as_str()).collect::<Vec<_>>().join(" or "),
    };
    assert_eq!(pick(Family::Rds, cpu("2"), size("8Gi"), false), "db.m7g.large");
    assert_eq!(pick(Family::Rds, cpu("2"), size("8Gi"), true), "db.t4g.large");
    assert_eq!(pick(Family::Rds, None, None, true), "db.t4g.micro");
    assert_eq!(pick(Family::Rds, cpu("2"), size("9Gi"), false), "db.r7g.large");
    assert_eq!(pick(Family::Rds, cpu("4"), size("9Gi"), false), "db.m7g.xlarge");
    // A cache offers its engine less than the machine has.
    assert_eq!(pick(Family::ElastiCache, None, size("6Gi"), false), "cache.m7g.large");
    assert_eq!(pick(Family::ElastiCache, None, size("8Gi"), false), "cache.m7g.xlarge");
    assert_eq!(pick(Family::DocumentDb, cpu("1"), size("4Gi"), false), "db.r6g.large");
    assert_eq!(pick(Family::Msk, cpu("2"), size("4Gi"), false), "kafka.m7g.large");
    assert_eq!(pick(Family::Rds, cpu("96"), None, false), "db.r7g.16xlarge");
    assert_eq!(pick(Family::AmazonMq, None, size("1Ti"), true), "mq.m7g.xlarge");
}

#[test]
fn a_task_gets_memory_that_may_stand_beside_its_cpu() {
    let fargate = spec().fargate;
    let pick = |cpu, memory| fargate.smallest(cpu, memory).map(|size| (size.cpu_units.value, size.memory_mib.value));
    assert_eq!(pick(cpu("250m"), size("512Mi")), Ok((256, 512)));
    // 250m are 256 units, and 251m are more.
    assert_eq!(pick(cpu("251m"), size("512Mi")), Ok((512, 1024)));
    assert_eq!(pick(cpu("250m"), size("3Gi")), Ok((512, 3072)));
    assert_eq!(pick(cpu("100m"), size("9Gi")), Ok((2048, 9216)));
    assert_eq!(pick(cpu("8"), size("17Gi")), Ok((8192, 20480)));
    assert_eq!(pick(None, None), Ok((256, 512)));
    let largest = fargate.smallest(cpu("32"), None).unwrap_err().unwrap();
    assert_eq!((largest.cpu_units.value, largest.memory_mib.value), (16384, 122_880));
}

#[test]
fn a_version_is_taken_as_asked_or_the_first_of_its_line() {
    let engines = spec().engines;
    let pick = |kind, asked| {
        engines.version(kind, asked).map(|(engine, version)| {
            let family = engine.parameter_family(version).map(|family| family.value).unwrap_or_default();
            format!("{} {version} {family}", engine.name)
        })
    };
    assert_eq!(pick(DatastoreKind::Postgres, Some("16")).unwrap(), "postgres 16.13 postgres16");
    assert_eq!(pick(DatastoreKind::Postgres, Some("16.14")).unwrap(), "postgres 16.14 postgres16");
    assert_eq!(pick(DatastoreKind::Postgres, Some("16.4")).unwrap(), "postgres 16.13 postgres16");
    assert_eq!(pick(DatastoreKind::Mysql, Some("8.0.35")).unwrap(), "mysql 8.0.46 mysql8.0");
    assert_eq!(pick(DatastoreKind::Redis, Some("7.2.4")).unwrap(), "valkey 7.2 valkey7");
    assert_eq!(pick(DatastoreKind::Postgres, None).unwrap(), "postgres 17.9 postgres17");
    assert_eq!(pick(DatastoreKind::Mysql, Some("8.4")).unwrap(), "mysql 8.4.9 mysql8.4");
    assert_eq!(pick(DatastoreKind::Redis, Some("7.1")).unwrap(), "redis 7.1 redis7");
    assert_eq!(pick(DatastoreKind::Redis, None).unwrap(), "valkey 8.2 valkey8");
    assert_eq!(pick(DatastoreKind::Kafka, Some("3.9")).unwrap(), "kafka 3.9.x.kraft ");
    let known = pick(DatastoreKind::Postgres, Some("1.6")).unwrap_err();
    assert!(known.iter().any(|version| version.value == "17.10"), "{known:?}");
    assert!(pick(DatastoreKind::Queue, None).unwrap_err().is_empty());
}

#[test]
fn names_are_judged_by_length_and_characters() {
    let spec = spec();
    let balancer = spec.name_rule(NameKind::LoadBalancer);
    assert!(balancer.accepts("shop-production-main"));
    assert!(!balancer.accepts("shop-production-main-that-is-far-too-long"));
    assert!(!balancer.accepts("-shop"));
    let cache = spec.name_rule(NameKind::ReplicationGroup);
    assert!(!cache.accepts("1shop") && !cache.accepts("shop--cache") && cache.accepts("shop-cache"));
    assert!(spec.name_rule(NameKind::Secret).accepts("shop/production/orders-db"));
}

#[test]
fn regions_know_their_zones() {
    let regions = spec().regions;
    let zones =
        |name| regions.get(name).map(|region| region.zones.iter().map(|zone| zone.as_str()).collect::<Vec<_>>());
    assert_eq!(zones("eu-west-1").unwrap(), ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert_eq!(zones("us-west-1").unwrap().len(), 2);
    assert_eq!(zones("eu-west-9"), None);
    assert_eq!(regions.get("cn-north-1").unwrap().partition.value, "aws-cn");
}

#[test]
fn log_retention_is_never_shorter_than_asked() {
    let spec = spec();
    assert_eq!(spec.log_retention(30).unwrap().value, 30);
    assert_eq!(spec.log_retention(31).unwrap().value, 60);
    assert_eq!(spec.log_retention(9_999).unwrap().value, 3_653);
}

#[test]
fn an_unknown_price_is_none() {
    let prices = spec().prices;
    let (sheet, own) = prices.of("eu-west-1").unwrap();
    assert!(!own);
    assert!(prices.of("us-east-1").unwrap().1);
    assert_eq!(sheet.hourly(Hourly::RdsPostgres, "db.r7g.large").map(|price| price.value), None);
    let known = sheet.hourly(Hourly::RdsPostgres, "db.m7g.large").unwrap().value;
    assert_eq!(known, Decimal::read("0.168").unwrap());
    for charge in Charge::ALL {
        assert!(sheet.charge(*charge).is_some(), "the price sheet does not name `{}`", charge.as_str());
    }
}
