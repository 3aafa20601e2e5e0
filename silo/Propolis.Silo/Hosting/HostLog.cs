namespace Propolis.Silo.Hosting;

static partial class HostLog
{
    [LoggerMessage(LogLevel.Warning, "Version {Version} of {Key} is written, but not in lists and events yet; trying again")]
    public static partial void NotPublished(ILogger log, string key, long version, Exception cause);

    [LoggerMessage(LogLevel.Warning, "A write of {Key} failed; its activation ends")]
    public static partial void WriteFailed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} could not do what was due; trying again")]
    public static partial void TickFailed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} could not be activated")]
    public static partial void ActivationFailed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Debug, "{Key} asked an agent in vain: {Reason}")]
    public static partial void SledCall(ILogger log, string key, string reason);

    [LoggerMessage(LogLevel.Debug, "A message from {Key} was lost")]
    public static partial void PostFailed(ILogger log, string key, Exception cause);

    [LoggerMessage(LogLevel.Information, "{Count} grains had work to do and were woken")]
    public static partial void Woken(ILogger log, int count);
}
