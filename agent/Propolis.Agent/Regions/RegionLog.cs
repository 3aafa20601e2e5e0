namespace Propolis.Agent.Regions;

/// <summary>What is logged of regions.</summary>
static partial class RegionLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "region {Region} is served by process {Pid}")]
    public static partial void Started(ILogger log, Guid region, int pid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "region {Region} is not served: {Reason}")]
    public static partial void Failed(ILogger log, Guid region, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "region {Region} is removed")]
    public static partial void Removed(ILogger log, Guid region);
}
