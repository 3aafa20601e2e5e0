using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Cli.Rest;

namespace Propolis.Cli;

/// <summary>What a command gets to work with: its words, where its output goes, and clients for what it speaks to.</summary>
sealed class CommandContext(CommandHost host, ParseResult parsed)
{
    /// <summary>What was typed.</summary>
    public ParseResult Parsed { get; } = parsed;

    /// <summary>Tables, JSON or lines on standard output.</summary>
    public OutputWriter Output { get; } = new(host.Output, parsed.GetValue(host.Globals.Json));

    /// <summary>Remarks for people, on standard error.</summary>
    public TextWriter Errors => host.Errors;

    /// <summary>The clock that waiting uses.</summary>
    public TimeProvider Clock => host.Clock;

    /// <summary>The cluster that the user named, or null. A server named with this command wins over a cluster that the environment names.</summary>
    public SiloAddresses? Silo => IsSaid(host.Globals.Silo) || !(IsSaid(host.Globals.Server) || IsSaid(host.Globals.Port)) ? Parsed.GetValue(host.Globals.Silo) : null;

    /// <summary>The propolis-server that the user named.</summary>
    public Uri Server => ServerAt(Parsed.GetValue(host.Globals.Server)!, Parsed.GetValue(host.Globals.Port));

    /// <summary>A client of the propolis-server; a sentence for the user when a cluster was named with this command.</summary>
    public RestClient ServerClient() => IsSaid(host.Globals.Silo)
        ? throw CliException.Wrong("This command speaks to one propolis-server: name it with --server and --port instead of --silo.")
        : new(Server, Log);

    /// <summary>A client of the silo; a sentence for the user when none was named.</summary>
    public SiloClient SiloClient() => new(Silo ?? throw CliException.Wrong("This command speaks to a cluster: name it with --silo URL or the variable PROPOLIS_SILO."), Actor.Of(Environment.GetEnvironmentVariable), Clock, Log);

    /// <summary>The base of another propolis-server.</summary>
    public static Uri ServerAt(string host, ushort port) => Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown
        ? throw CliException.Wrong($"'{host}' is no name or address of a server.")
        : new UriBuilder(Uri.UriSchemeHttp, host, port).Uri;

    /// <summary>The value of an option or argument that has one.</summary>
    public T Get<T>(Option<T> option) => Parsed.GetValue(option)!;

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    bool IsSaid(Option option) => Parsed.GetResult(option) is { Implicit: false };

    void Log(string line)
    {
        if (Parsed.GetValue(host.Globals.Debug)) Errors.WriteLine(line);
    }
}
