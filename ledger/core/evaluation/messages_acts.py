"""Sentences of refusals about charter, acts, reports and their recognition."""

from ledger.errors import register

register(
    {
        "charter-format": (
            "章程格式不对：“{pointer}”应为 {expected}。",
            "The charter is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "charter-denominator": (
            "“{pointer}”：{type} 含有作为分母或计数的字段（{field}），不能只由教师本人证实。",
            "“{pointer}”: {type} holds figures that others are measured by ({field}); the teacher "
            "alone cannot attest them.",
        ),
        "act-format": (
            "评价流条目的内容格式不对：“{pointer}”应为 {expected}。",
            "The payload of an act is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "act-entry": (
            "评价流第 {leaf} 条的条目与内容不符（{part}）。",
            "Entry and payload of leaf {leaf} of the evaluation stream disagree ({part}).",
        ),
        "act-institution": (
            "评价流第 {leaf} 条属于 {found}，不是 {expected}。",
            "Leaf {leaf} of the evaluation stream is of {found}, not of {expected}.",
        ),
        "act-signer": (
            "评价流第 {leaf} 条：在此之前没有任命过 {account} 使用这把钥匙。",
            "Leaf {leaf} of the evaluation stream: nobody was appointed as {account} with this key "
            "before it.",
        ),
        "act-not-report": (
            "评价流第 {leaf} 条不是评价报告。",
            "Leaf {leaf} of the evaluation stream is no report.",
        ),
        "approver-not-named": (
            "评价流第 {leaf} 条：章程没有指定 {account} 批准规则。",
            "Leaf {leaf} of the evaluation stream: the charter names {account} as no approver.",
        ),
        "report-format": (
            "评价报告格式不对：“{pointer}”应为 {expected}。",
            "The report is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "recognition-other": (
            "评价流第 {leaf} 条认定的是另一份报告。",
            "Leaf {leaf} of the evaluation stream recognises another report.",
        ),
        "recognition-role": (
            "{account} 不能以“{role}”身份作出此决定：章程未列此身份，或其当时未担任。",
            "{account} may not decide this as {role}: the charter does not name the role, or it "
            "was not held at that time.",
        ),
        "recognition-own": (
            "{account} 不能认定关于自己的报告。",
            "{account} may not decide about a report on oneself.",
        ),
        "appeal-other": (
            "评价流第 {leaf} 条申诉的是另一份报告。",
            "Leaf {leaf} of the evaluation stream appeals against another report.",
        ),
        "appeal-not-subject": (
            "只有报告所评价的本人可以申诉，{account} 不是。",
            "Only whom the report is about may appeal; {account} is somebody else.",
        ),
        "appeal-late": (
            "申诉期限已过。",
            "The time for an appeal is over.",
        ),
        "answer-report": (
            "报告 {report} 不能取代被申诉的报告：须是同一人、同一时段的后一份报告。",
            "Report {report} cannot take the place of the one appealed against: it has to be a "
            "later one on the same subject and period.",
        ),
    }
)
