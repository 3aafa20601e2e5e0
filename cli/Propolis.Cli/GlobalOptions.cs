using System.CommandLine;
using Propolis.Cli.Cluster;

namespace Propolis.Cli;

/// <summary>Options that every command knows, before or behind its name.</summary>
sealed class GlobalOptions
{
    /// <summary>Where propolis-server listens unless told otherwise.</summary>
    public const ushort DefaultPort = 12400;

    /// <summary>The propolis-server to speak to.</summary>
    public Option<string> Server { get; } = new("--server", "-s") { Description = "name or address of the propolis-server", Recursive = true, DefaultValueFactory = _ => "127.0.0.1" };

    /// <summary>Its port.</summary>
    public Option<ushort> Port { get; } = new("--port", "-p") { Description = "port of the propolis-server", Recursive = true, DefaultValueFactory = _ => DefaultPort };

    /// <summary>The cluster to speak to instead.</summary>
    public Option<SiloAddresses?> Silo { get; } = new("--silo")
    {
        Description = "URL of a silo, or several with commas: speak to the cluster (the variable PROPOLIS_SILO says it, too)",
        Recursive = true,
        CustomParser = result => SiloAddresses.Read(result.Tokens[0].Value, result.AddError),
        DefaultValueFactory = result => Environment.GetEnvironmentVariable("PROPOLIS_SILO") is { Length: > 0 } url ? SiloAddresses.Read(url, result.AddError) : null,
    };

    /// <summary>JSON instead of tables.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "print JSON", Recursive = true };

    /// <summary>Say what is sent.</summary>
    public Option<bool> Debug { get; } = new("--debug", "-d") { Description = "print each request on standard error", Recursive = true };

    /// <summary>Gives them to the root.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(Server);
        root.Add(Port);
        root.Add(Silo);
        root.Add(Json);
        root.Add(Debug);
    }
}
