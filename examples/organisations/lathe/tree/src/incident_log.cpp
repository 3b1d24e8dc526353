#include <fstream>
#include <string>

namespace lathe {

/// Append an incident of the machine to the log that the Incidents panel shows.
void log_incident(const std::string& path, const std::string& severity, const std::string& text) {
    std::ofstream stream(path, std::ios::app);
    stream << severity << ',' << text << '\n';
}

} // namespace lathe
