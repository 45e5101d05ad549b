"""Sentences of refusals of the use cases around an evaluation."""

from ledger.errors import register

register(
    {
        "act-twice": (
            "此事（{what}）已有记录，内容不同。",
            "This ({what}) was done before and says something else.",
        ),
        "unknown-role": (
            "没有“{role}”这一身份；可用：{known}。",
            "There is no role “{role}”; known: {known}.",
        ),
        "appointment-keys": (
            "任命 {account} 须给出其公钥。",
            "To appoint {account}, give the public key.",
        ),
        "appointment-key-taken": (
            "这把公钥是 {other} 的，不能再给 {account}：一把钥匙永远只属一人。",
            "This key is {other}'s and cannot be {account}'s: a key is one person's for ever.",
        ),
        "charter-version": (
            "章程版本号应为 {expected}（给出的是 {found}），或该版本已有另一内容。",
            "The charter's version has to be {expected} (given: {found}), or this version says "
            "something else already.",
        ),
        "no-charter": (
            "还没有章程：先用 xuezheng charter set 写入。",
            "There is no charter yet: put one in with xuezheng charter set.",
        ),
        "rules-name": (
            "“{name}”不是规则名；应为 ID 或 ID@版本。",
            "“{name}” names no rule set; expected ID or ID@VERSION.",
        ),
        "no-such-rules": (
            "没有规则“{name}”（已上链者与内置者：{known}）。",
            "There is no rule set “{name}” (anchored, or shipped: {known}).",
        ),
        "rules-version-used": (
            "规则 {name} 这一版本已用于另一内容或另一生效日期；请改用新的版本号。",
            "Version {name} was used for another text or another date; give it a new version.",
        ),
        "approval-twice": (
            "{account} 已经批准过 {name}。",
            "{account} approved {name} before.",
        ),
        "no-such-report": (
            "评价流第 {leaf} 条不是本机构的评价报告。",
            "Leaf {leaf} of the evaluation stream is no report of ours.",
        ),
        "report-changed": (
            "报告文件与评价流第 {leaf} 条的报告不同：文件被改动过。",
            "The file differs from the report in leaf {leaf} of the evaluation stream: it was "
            "changed.",
        ),
        "report-superseded": (
            "报告 {leaf} 已被报告 {successor} 取代。",
            "Report {leaf} was superseded by report {successor}.",
        ),
        "recognition-twice": (
            "{account} 已经认定过报告 {leaf}；须由另一人认定。",
            "{account} recognised report {leaf} before; somebody else has to.",
        ),
        "recognition-other-stands": (
            "同一人、同一时段、同一规则的报告 {leaf} 已被认定；须经申诉答复才能取代。",
            "Report {leaf} on the same subject, period and rule set is recognised; only the answer "
            "to an appeal puts another in its place.",
        ),
        "appeal-open": (
            "已有未答复的申诉（评价流第 {leaf} 条）。",
            "An appeal waits for its answer already (leaf {leaf} of the evaluation stream).",
        ),
        "appeal-answered": (
            "该申诉已有答复。",
            "The appeal was answered before.",
        ),
        "no-open-appeal": (
            "报告 {leaf} 没有待答复的申诉。",
            "No appeal against report {leaf} waits for an answer.",
        ),
        "answer-decision": (
            "答复应为 rejected，或 upheld 并给出取代它的报告（给出的是“{decision}”）。",
            "An answer is rejected, or upheld together with the report that takes its place "
            "(given: “{decision}”).",
        ),
        "reason-empty": ("请写明理由。", "Give a reason."),
        "rules-mixed": (
            "规则 {name} 同时读取学习记录与教学记录（{types}），无法在一条流中求证。",
            "The rule set {name} reads learning and teaching records together ({types}); these "
            "are in two streams.",
        ),
        "period-form": (
            "时段“{period}”应为 起始日/截止日（YYYY-MM-DD/YYYY-MM-DD，不含截止日）。",
            "The period “{period}” has to be FROM/UNTIL (YYYY-MM-DD/YYYY-MM-DD, UNTIL exclusive).",
        ),
        "no-such-subject": (
            "没有 {subject} 的记录。",
            "There are no records of {subject}.",
        ),
        "not-recognised": (
            "报告 {leaf} 尚未认定（{effect}），没有效力，不能出具证明。",
            "Report {leaf} is not recognised ({effect}): without effect, it gives no certificate.",
        ),
        "no-such-figure": (
            "报告中没有指标“{name}”的数值。",
            "The report has no value of the indicator “{name}”.",
        ),
        "profile-twice": (
            "这一版扩展规范已有另一内容；请改用新的版本。",
            "This edition of the profile says something else already; give it a new version.",
        ),
        "transfer-format": ("这不是可读的证书：{why}", "This is no readable certificate: {why}"),
        "transfer-type": (
            "证书 {number} 不是课程或微证书，不能转换学分。",
            "Certificate {number} is of no course: there are no credits to transfer.",
        ),
        "transfer-own": (
            "证书 {number} 是本校自己颁发的。",
            "Certificate {number} is our own.",
        ),
        "transfer-unknown": (
            "登记册中没有 {domain}。",
            "The registry does not know {domain}.",
        ),
        "transfer-signature": (
            "证书的签名在 {domain} 登记的密钥下不成立，或其密钥已停用。",
            "The certificate's signature does not hold under a key of {domain}, or that key was "
            "cut off.",
        ),
        "transfer-not-valid": (
            "没有证书 {number} 的“有效”核验结论：先用 xuezheng-verify check --json 核验。",
            "There is no verdict “valid” on certificate {number}: check it first with "
            "xuezheng-verify check --json.",
        ),
        "transfer-credits": (
            "认定的学分 {credits} 须大于零，且不超过证书所载 {given}。",
            "The credits recognised ({credits}) have to be above zero and at most what the "
            "certificate says ({given}).",
        ),
        "transfer-twice": (
            "证书 {number} 已转换过，用于另一人、另一门课或另一学分数：先作废那条记录。",
            "Certificate {number} was transferred before, for another person or course, or another "
            "number of credits: void that record first.",
        ),
        "record-type": (
            "没有“{type}”这类教学记录；可用：{known}。",
            "There is no type “{type}” of teaching records; known: {known}.",
        ),
        "attest-target": (
            "没有编号为 {id} 的教学记录。",
            "There is no teaching record with the id {id}.",
        ),
        "attest-role": (
            "{account} 未被任命为“{role}”，或任命尚未上链。",
            "{account} is not appointed as {role}, or the appointment is not anchored yet.",
        ),
        "attest-own": (
            "{account} 不能证实自己提供的数据。",
            "{account} may not attest figures of one's own.",
        ),
        "attest-twice": (
            "{account} 已对记录 {id} 表明过意见。",
            "{account} said so about record {id} before.",
        ),
    }
)
