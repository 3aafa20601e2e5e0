namespace Propolis.Telemetry;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>One line each, for people and journals.</summary>
    Text = 0,

    /// <summary>One JSON object each, with scopes and the values of the message, for collectors.</summary>
    Json = 1,
}
