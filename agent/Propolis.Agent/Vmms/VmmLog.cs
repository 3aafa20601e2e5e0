using Propolis.Contracts.Agents;
using Propolis.Contracts.Migrations;

namespace Propolis.Agent.Vmms;

/// <summary>What is logged of VMMs.</summary>
static partial class VmmLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} starts")]
    public static partial void Starts(ILogger log, VmmKey vmm);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} runs on in process {Pid}: adopted")]
    public static partial void Adopted(ILogger log, VmmKey vmm, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} ended: {State} {Reason}")]
    public static partial void Ended(ILogger log, VmmKey vmm, VmmState state, string? reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} is removed")]
    public static partial void Removed(ILogger log, VmmKey vmm);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} is stopped at once")]
    public static partial void StopsAtOnce(ILogger log, VmmKey vmm);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Vmm} hears of {Migration}: {Verdict}")]
    public static partial void Decided(ILogger log, VmmKey vmm, string migration, MigrationVerdict verdict);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Vmm} is stopped, but its server has not released everything; its process is ended")]
    public static partial void NotReleased(ILogger log, VmmKey vmm);

    [LoggerMessage(Level = LogLevel.Error, Message = "the record of {Vmm} could not be written: {Problem}")]
    public static partial void NotKept(ILogger log, VmmKey vmm, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Vmm} could not be supervised")]
    public static partial void Broke(ILogger log, VmmKey vmm, Exception exception);
}
