//! Tasks by a schedule: EventBridge starts them; what it could not start waits in a queue.

use super::{Parts, task};
use crate::ir::Origin;
use crate::plan::aws::build::identity::{DATA, service_role, statement};
use crate::plan::aws::build::{Draft, Place, Workload, by, word};
use crate::plan::aws::graph::{
    Attribute, Condition, EcsCluster, Id, KmsKey, Pattern, Piece, Queue, Ref, Role, Schedule, TaskPurpose,
};
use crate::plan::aws::rules;
use crate::spec::aws::{NameKind, Principal};

/// The queue of the starts that the scheduler of a component has given up.
pub(in crate::plan::aws::build) fn missed(name: &str) -> String {
    format!("{name}-missed")
}

pub(super) fn plan(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft, parts: &mut Parts) {
    let Some(schedule) = &workload.component.schedule else { return };
    let Some(cron) = &schedule.cron else { return };
    let Some(task_definition) = task::define(place, workload, TaskPurpose::Schedule, draft, parts) else { return };
    let Some(expression) = expression(&cron.value) else {
        draft.cannot(
            cron.origin,
            format!("EventBridge has no way to say `{cron}`"),
            format!("when `{}` runs", workload.name()),
            "name days of the month or days of the week, not both",
        );
        return;
    };
    let name = workload.name();
    let origin = Origin::rule(rules::SCHEDULE);
    let dead = Queue {
        id: Id::made(&missed(name)),
        origin,
        owner: workload.owner(),
        name: place.named(NameKind::Queue, &missed(name)),
        fifo: by(false, rules::SCHEDULE),
        visibility_timeout: by(30, rules::SCHEDULE),
        retention: by(place.specs().aws.limits.sqs.retention_seconds_max.value, rules::SCHEDULE),
        dead_letters: None,
        key: Ref::named(DATA),
        secret: None,
    };
    let dead_letters = dead.reference();
    draft.datastores.queues.push(dead);
    let role = role(place, workload, &dead_letters);
    let role_reference = role.reference();
    draft.roles.push(role);
    parts.schedules.push(Schedule {
        id: Id::made(name),
        origin: workload.plan.origin,
        owner: workload.owner(),
        name: place.named(NameKind::Schedule, name),
        expression: cron.with(expression),
        timezone: schedule.timezone.clone(),
        retries: schedule.retries,
        dead_letters,
        cluster: Ref::named(super::CLUSTER),
        task_definition,
        security_group: Ref::named(name),
        role: role_reference,
        key: Ref::named(DATA),
    });
}

/// It may start this family of tasks on this cluster, and hand over the two roles of the component.
fn role(place: Place<'_>, workload: Workload<'_>, dead_letters: &Ref<Queue>) -> Role {
    let name = workload.name();
    let words = &place.specs().aws.words;
    let origin = Origin::rule(rules::SCHEDULE);
    let mut role = service_role(
        place,
        &format!("{name}-schedule"),
        workload.owner(),
        &format!("Starts {name} by its schedule"),
        place.specs().aws.principal(Principal::Scheduler),
        true,
    );
    let text = |text: String| Piece::Text(text);
    let family = place.named(NameKind::TaskFamily, name);
    let tasks = Pattern {
        pieces: vec![
            text("arn:".into()),
            Piece::Partition,
            text(":ecs:".into()),
            Piece::Region,
            text(":".into()),
            Piece::Account,
            text(format!(":task-definition/{family}:*")),
        ],
        origin,
    };
    let mut run = statement("Run", words.actions("run_task"), vec![tasks], origin);
    run.conditions.push(Condition {
        test: word("ArnEquals", rules::SCHEDULE),
        key: word("ecs:cluster", rules::SCHEDULE),
        values: vec![Pattern::of(&Ref::<EcsCluster>::named(super::CLUSTER), Attribute::Arn, origin)],
    });
    let handed = [name.to_owned(), format!("{name}-execution")]
        .map(|id| Pattern::of(&Ref::<Role>::named(&id), Attribute::Arn, origin));
    let mut pass = statement("PassRole", words.actions("pass_role"), handed.into(), origin);
    pass.conditions.push(Condition {
        test: word("StringEquals", rules::SCHEDULE),
        key: word("iam:PassedToService", rules::SCHEDULE),
        values: vec![Pattern::known(place.specs().aws.principal(Principal::EcsTasks))],
    });
    let send = Pattern::of(dead_letters, Attribute::Arn, origin);
    let key = Pattern::of(&Ref::<KmsKey>::named(DATA), Attribute::Arn, origin);
    role.statements = vec![
        run,
        pass,
        statement("DeadLetters", words.actions("send"), vec![send], origin),
        statement("Key", words.actions("key.write"), vec![key], origin),
    ];
    role
}

/// A cron text as EventBridge writes it: a year behind it, days of the week from 1, and `?` for the day that is not named.
fn expression(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    let (day, weekday) = match (*day, *weekday) {
        ("*", "*") => ("*".to_owned(), "?".to_owned()),
        (day, "*") => (day.to_owned(), "?".to_owned()),
        ("*", weekday) => ("?".to_owned(), weekdays(weekday)?),
        _ => return None,
    };
    Some(format!("cron({minute} {hour} {day} {} {weekday} *)", month.to_ascii_uppercase()))
}

/// `0` to `7` from Sunday, as `1` to `7`; steps count the same days.
fn weekdays(field: &str) -> Option<String> {
    let one = |day: &str| -> Option<String> {
        match day.parse::<u32>() {
            Ok(day @ 0..=6) => Some((day + 1).to_string()),
            Ok(7) => Some("1".to_owned()),
            Ok(_) => None,
            Err(_) if day == "*" => Some("*".to_owned()),
            Err(_) => Some(day.to_ascii_uppercase()),
        }
    };
    let parts: Option<Vec<String>> = field
        .split(',')
        .map(|part| {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let days: Option<Vec<String>> = range.split('-').map(one).collect();
            let days = days?;
            // A week that goes on over Sunday has no range here.
            if let [from, to] = days.as_slice()
                && let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>())
                && from > to
            {
                return Some((from..=7).chain(1..=to).map(|day| day.to_string()).collect::<Vec<_>>().join(","));
            }
            let days = days.join("-");
            Some(step.map_or_else(|| days.clone(), |step| format!("{days}/{step}")))
        })
        .collect();
    Some(parts?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_said_as_eventbridge_does() {
        let said = |cron: &str| expression(cron).unwrap_or_default();
        assert_eq!(said("15 2 * * *"), "cron(15 2 * * ? *)");
        assert_eq!(said("0 3 1 * *"), "cron(0 3 1 * ? *)");
        assert_eq!(said("*/5 * * * 1-5"), "cron(*/5 * ? * 2-6 *)");
        assert_eq!(said("0 0 * jan 0"), "cron(0 0 ? JAN 1 *)");
        assert_eq!(said("0 0 * * 5-7"), "cron(0 0 ? * 6,7,1 *)");
        assert_eq!(said("0 0 * * mon,thu"), "cron(0 0 ? * MON,THU *)");
        assert_eq!(expression("0 0 1 * 1"), None);
    }
}
