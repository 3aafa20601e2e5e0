namespace Propolis.Cli.Serial;

/// <summary>Addresses of serial WebSockets.</summary>
static class SerialAddress
{
    /// <summary>A server's, from a byte of the history on; a negative offset counts from the end.</summary>
    public static Uri Of(Uri server, long offset, string path = "/instance/serial") => new UriBuilder(server)
    {
        Scheme = server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
        Path = path,
        Query = offset < 0 ? $"most_recent={(ulong)-offset}" : $"from_start={offset}",
    }.Uri;
}
