using System.Net;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Vmm.Migration;
using MigrationQuestion = Propolis.Vmm.Migration.MigrationQuestion;
using MigrationVerdict = Propolis.Vmm.Migration.MigrationVerdict;

namespace Propolis.Server.Migrations;

/// <summary>
/// Asks a source that decides by itself, over its REST interface, what it has decided, when the connection between the two broke before it could say so. A source that answers knows;
/// one that stays silent is believed to have kept its guest: the guest may then run nowhere, never twice.
/// </summary>
/// <param name="http">Reaches the source.</param>
/// <param name="clock">The time.</param>
sealed class SourceKnows(HttpClient http, TimeProvider clock) : IMigrationDecision
{
    /// <summary>How long a silent source is asked.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    long? _began;

    /// <inheritdoc/>
    public async Task<MigrationVerdict> AskAsync(MigrationQuestion question, CancellationToken cancellation)
    {
        _began ??= clock.GetTimestamp();
        try
        {
            using var answer = await http.GetAsync("/migration", cancellation);
            return answer.StatusCode == HttpStatusCode.NotFound ? MigrationVerdict.Abort : Read(await answer.Content.ReadAsStringAsync(cancellation), question.Migration);
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or JsonException && clock.GetElapsedTime(_began.Value) >= Limit)
        {
            return MigrationVerdict.Abort;
        }
    }

    // A source that has begun another migration has its guest.
    static MigrationVerdict Read(string text, Guid migration) => JsonSerializer.Deserialize<MigrationStatus>(text, PropolisJson.Options) switch
    {
        { } status when status.MigrationId != migration => MigrationVerdict.Abort,
        { HasMoved: true } => MigrationVerdict.Commit,
        { HasMoved: false } => MigrationVerdict.Abort,
        _ => MigrationVerdict.Undecided,
    };
}
