using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Reports;

/// <summary>What is logged of reports.</summary>
static partial class ReportLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} is to be removed, says its instance")]
    public static partial void RemovesByAdvice(ILogger log, VmmKey vmm);

    [LoggerMessage(Level = LogLevel.Debug, Message = "no silo heard that {Vmm} is {State}: {Problem}")]
    public static partial void NotReceived(ILogger log, VmmKey vmm, VmmState state, string problem);
}
