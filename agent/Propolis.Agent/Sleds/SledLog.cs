namespace Propolis.Agent.Sleds;

/// <summary>What is logged of the sled's life in its cluster.</summary>
static partial class SledLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "registered as {Sled} in epoch {Epoch}")]
    public static partial void Registered(ILogger log, string sled, long epoch);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster does not take this sled: {Problem}")]
    public static partial void Refused(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no silo answers; VMMs run on: {Problem}")]
    public static partial void NotHeard(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "a heartbeat went wrong in the agent itself")]
    public static partial void Broke(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "a silo answers again")]
    public static partial void HeardAgain(ILogger log);
}
