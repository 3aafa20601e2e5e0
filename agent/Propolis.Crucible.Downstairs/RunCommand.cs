using System.CommandLine;
using System.Net;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>run</c>: serves a region until SIGINT or SIGTERM.</summary>
static class RunCommand
{
    public static Command Build()
    {
        var data = SharedOptions.Data();
        var address = new Option<string>("--address", "-a") { Description = "Address to listen on", DefaultValueFactory = _ => "0.0.0.0" };
        var port = new Option<int>("--port", "-p") { Description = "Data port; repair listens 4000 above", DefaultValueFactory = _ => 9000 };
        var repairPort = new Option<int?>("--repair-port") { Description = "Repair port, where 4000 above will not do" };
        var mode = new Option<string>("--mode") { Description = "rw or ro", DefaultValueFactory = _ => "rw" };
        mode.AcceptOnlyFromAmong("rw", "ro");
        var lossy = new Option<bool>("--lossy") { Description = "Postpone a quarter of the jobs" };
        var readErrors = new Option<bool>("--read-errors") { Description = "Report an error for a quarter of the reads, then retry" };
        var writeErrors = new Option<bool>("--write-errors") { Description = "The same for writes" };
        var flushErrors = new Option<bool>("--flush-errors") { Description = "The same for flushes" };
        var certificate = new Option<string?>("--cert-pem") { Description = "Certificate file for TLS" };
        var key = new Option<string?>("--key-pem") { Description = "RSA key file for TLS" };
        var root = new Option<string?>("--root-cert-pem") { Description = "Root certificate file for TLS" };
        var command = new Command("run", "Serves a region")
        {
            data, address, port, repairPort, mode, lossy, readErrors, writeErrors, flushErrors, certificate, key, root,
        };
        command.SetAction((result, cancellation) => CommandErrors.GuardAsync(
            async () =>
            {
                using var tls = LoadTls(result.GetValue(certificate), result.GetValue(key), result.GetValue(root));
                var output = result.InvocationConfiguration.Output;
                var options = new DownstairsServerOptions
                {
                    Directory = result.GetValue(data)!,
                    Address = ParseAddress(result.GetValue(address)!),
                    Port = result.GetValue(port),
                    RepairPort = result.GetValue(repairPort),
                    ReadOnly = result.GetValue(mode) == "ro",
                    Tls = tls,
                    Log = output.WriteLine,
                    Core = repair => new DownstairsOptions
                    {
                        RepairAddress = repair,
                        Lossy = result.GetValue(lossy),
                        ReadErrors = result.GetValue(readErrors),
                        WriteErrors = result.GetValue(writeErrors),
                        FlushErrors = result.GetValue(flushErrors),
                    },
                };
                await ServeAsync(options, output, cancellation);
                return 0;
            },
            result.InvocationConfiguration.Error));
        return command;
    }

    static async Task ServeAsync(DownstairsServerOptions options, TextWriter output, CancellationToken cancellation)
    {
        await using var server = await DownstairsServer.StartAsync(options);
        await output.WriteLineAsync($"serving {options.Directory} on {server.DataAddress}, repair on {server.RepairAddress}");
        await Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static IPAddress ParseAddress(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new RegionException($"--address {text} is not an IP address");

    static TlsFiles? LoadTls(string? certificate, string? key, string? root)
    {
        if (TlsFiles.Check(certificate, key, root) is { } problem)
            throw new RegionException(problem);
        return certificate is null ? null : TlsFiles.Load(certificate, key!, root!);
    }
}
