using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Propolis.Cli;

/// <summary>
/// One run of the program as the root of a trace: its context goes along with every request, and the trace to a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.
/// </summary>
sealed class CommandTrace : IDisposable
{
    const string Name = "Propolis.Cli";
    const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    static readonly ActivitySource Source = new(Name);

    readonly TracerProvider? _exporter;
    readonly Activity _run;

    CommandTrace(TracerProvider? exporter, Activity run) => (_exporter, _run) = (exporter, run);

    /// <summary>Begins; <paramref name="words"/> are the words of the command without its values.</summary>
    public static CommandTrace Begin(string words)
    {
        var exporter = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CollectorVariable)) ? null : Exporter();
        return new(exporter, Source.StartActivity(words) ?? new Activity(words).Start());
    }

    /// <summary>Ends, and sends what there is to send.</summary>
    public void Dispose()
    {
        _run.Dispose();
        _exporter?.Dispose();
    }

    static TracerProvider Exporter() => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService("propolis-cli"))
        .AddSource(Name, "System.Net.Http")
        .AddOtlpExporter()
        .Build();
}
