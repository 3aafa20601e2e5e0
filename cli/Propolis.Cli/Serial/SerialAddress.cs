using Propolis.Contracts.Ids;

namespace Propolis.Cli.Serial;

/// <summary>Addresses of serial WebSockets.</summary>
static class SerialAddress
{
    /// <summary>A propolis-server's, from a byte of the history on; a negative offset counts from the end. The server tells what its guest has taken of what is typed.</summary>
    public static Uri OfServer(Uri server, long offset) => Of(server, "/instance/serial", $"{Start(offset)}&typed=true");

    /// <summary>An instance's, which its silo follows from server to server; offsets as above.</summary>
    public static Uri OfInstance(Uri silo, InstanceId instance, long offset) => Of(silo, $"/v1/instances/{instance}/serial", Start(offset));

    static Uri Of(Uri server, string path, string query) => new UriBuilder(server)
    {
        Scheme = server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
        Path = path,
        Query = query,
    }.Uri;

    static string Start(long offset) => offset < 0 ? $"most_recent={(ulong)-offset}" : $"from_start={offset}";
}
