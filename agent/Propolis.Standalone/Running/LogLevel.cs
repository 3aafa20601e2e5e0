namespace Propolis.Standalone.Running;

/// <summary>How much the program says on standard error.</summary>
enum LogLevel
{
    /// <summary>Nothing but what ends the program.</summary>
    Error,

    /// <summary>What the user should look at.</summary>
    Warn,

    /// <summary>The machine's life: started, rebooted, stopped.</summary>
    Info,

    /// <summary>What firmware writes to the debug port, too.</summary>
    Debug,
}
